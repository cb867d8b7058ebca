"""`field-app`: reads its arguments and starts the program, a worker or the self-check."""

import argparse
import gc
import sys

from field_app.bootstrap.no_dumps import forbid_dumps
from field_app.settings.settings import Settings, profile_folder, read_settings


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser("field-app")
    parser.add_argument("--home", default="", help="folder of this laptop's data")
    parser.add_argument("--server", default="", help="address offered when enrolling")
    parser.add_argument("--language", choices=["zh_CN", "en"], default=None)
    parser.add_argument("--theme", choices=["light", "dark"], default=None)
    parser.add_argument("--map-pack", default=None, help="file of the offline map")
    parser.add_argument("--self-check", action="store_true", help="prove that this build works")
    parser.add_argument("--standby", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--plan-worker", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    forbid_dumps()
    if told.plan_worker:
        from field_app.planning.worker import work

        return work()
    if told.self_check:
        from field_app.bootstrap.self_check import self_check

        return self_check()
    return _run(told)


def _run(told: argparse.Namespace) -> int:
    gc.disable()  # what is loaded now is no rubbish; see `collect_garbage`, which takes over
    import msgspec

    from field_app.bootstrap.running import run, this_laptop
    from field_app.bootstrap.standby import Former

    home = profile_folder(told.home)
    names = ("server", "language", "theme", "map_pack")
    wished = {n: getattr(told, n) for n in names if getattr(told, n)}

    def read() -> Settings:
        return msgspec.structs.replace(read_settings(home), **wished)

    # A frozen window program may have no input at all: then nobody can be heard, and it ends.
    pipe = sys.stdin.buffer if told.standby and sys.stdin else None
    return run(this_laptop(home, read()), read, Former(pipe) if told.standby else None)


if __name__ == "__main__":
    sys.exit(main())
