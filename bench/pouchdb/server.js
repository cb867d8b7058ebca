// PouchDB's server on LevelDB: node server.js FOLDER. Prints its port once it takes connections.
import express from "express";
import expressPouchDB from "express-pouchdb";
import PouchDB from "pouchdb-node";

const folder = process.argv[2];
const Stored = PouchDB.defaults({ prefix: `${folder}/` });
const app = express();
app.use(
  expressPouchDB(Stored, {
    mode: "minimumForPouchDB",
    inMemoryConfig: true,
    logPath: `${folder}/log.txt`,
  }),
);
const listening = app.listen(0, "127.0.0.1", () => console.log(listening.address().port));
