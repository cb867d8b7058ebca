"""`field-server`: the commands of administrators and operators, one module for each matter.

It asks the server's parts and must not know how they keep their data, nor anything of the client.
Read first: `program`, which runs a command, then `arguments`, which says what may be asked.
"""
