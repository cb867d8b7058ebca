"""The command of the daily jobs, for cron or for a look."""

import argparse

from sync.cli.acts import Administer, Arguments, Commands
from sync.server.administration import Administration
from sync.server.jobs.daily import JOBS
from sync.server.jobs.running import run
from sync.server.repositories import jobs
from sync.server.repositories.jobs import Standing


def add_jobs(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    command = commands.add_parser("jobs", parents=[common], help="what is done every day")
    command.add_argument("action", choices=["list", "run"])


def jobs_command(parsed: Arguments, administer: Administer) -> int:
    """Do every job now, or tell when each was done; returns an exit code."""

    async def act(admin: Administration) -> int:
        if parsed.action == "run":
            told = await run(admin.service)
            for one in told:
                print(f"{one.job}\t{one.state}\t{one.count}")
            return 1 if any(one.state == "failed" for one in told) else 0
        stands = await admin.service.database.read(jobs.every)
        for name in JOBS:
            last = stands.get(name, Standing(name))
            print(f"{name}\t{last.done_at or 'never'}\t{last.result}")
        return 0

    return administer(parsed, act)
