// Times PouchDB's replication over loopback: node client.js DOCUMENTS EDITS ROUNDS FOLDER.
// DOCUMENTS is a file of JSON objects with an _id, one a line.
// Prints one line of JSON: for every round a whole download, edits sent up and read by another.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import PouchDB from "pouchdb-node";

const AT_ONCE = 1000;
const REPLICATION = { batch_size: AT_ONCE, batches_limit: 4 };
const [edits, rounds] = process.argv.slice(3, 5).map(Number);
const folder = process.argv[5];
const documents = readFileSync(process.argv[2], "utf-8").trim().split("\n").map((line) => JSON.parse(line));

async function fill(database) {
  for (let start = 0; start < documents.length; start += AT_ONCE) {
    await database.bulkDocs(documents.slice(start, start + AT_ONCE));
  }
}

async function edit(database, words) {
  const found = await database.allDocs({ include_docs: true, limit: edits });
  await database.bulkDocs(found.rows.map(({ doc }) => ({ ...doc, said: words })));
  return found.rows[0].id;
}

async function seconds(act) {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

async function started() {
  const server = spawn(
    process.execPath,
    [fileURLToPath(new URL("server.js", import.meta.url)), `${folder}/server`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const port of createInterface({ input: server.stdout })) {
    return { server, port };
  }
  throw new Error("the server ended before it listened");
}

function check(right, words) {
  if (!right) throw new Error(words);
}

async function measure(url) {
  const remote = new PouchDB(url);
  const mine = new PouchDB(`${folder}/mine`);
  await fill(mine);
  await PouchDB.replicate(mine, remote, REPLICATION);
  const found = [];
  for (let number = 0; number < rounds; number += 1) {
    const other = new PouchDB(`${folder}/other-${number}`);
    const down = () => PouchDB.replicate(remote, other, REPLICATION);
    const full = await seconds(down);
    check((await other.info()).doc_count === documents.length, "the download is not whole");
    const changed = await edit(mine, `edit ${number}`);
    const up = await seconds(() => PouchDB.replicate(mine, remote, REPLICATION));
    const back = await seconds(down);
    check((await other.get(changed)).said === `edit ${number}`, "the edit did not arrive");
    await other.close();
    found.push({ full_down_s: full, up_s: up, down_s: back });
  }
  return found;
}

mkdirSync(`${folder}/server`, { recursive: true });
const { server, port } = await started();
try {
  console.log(JSON.stringify(await measure(`http://127.0.0.1:${port}/cases`)));
} finally {
  server.kill();
}
process.exit(0);
