"""Programs that make the project's own material; never shipped with the client or the server."""
