"""What a command of `field-server` is made of: its arguments, its act, and what carries it out."""

import argparse
from collections.abc import Awaitable, Callable

from sync.server.administration import Administration

type Arguments = argparse.Namespace
type Act = Callable[[Administration], Awaitable[int | None]]
type Administer = Callable[[Arguments, Act], int]
type Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"
