"""Makes the committed samples anew (`python -m tools.sample DAY`); all in them is invented."""

import sys
import tempfile
from datetime import date
from pathlib import Path

from sync.server.mappack.building import build_pack
from tools.sample import city
from tools.sample.export import Export, write_export

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "sample"


def main(day: str) -> int:
    """Write cases.xlsx as of a day (YYYY-MM-DD) and city.mappack; returns the exit code."""
    write_export(SAMPLES / "cases.xlsx", Export(date.fromisoformat(day)))
    with tempfile.TemporaryDirectory() as folder:
        extract = Path(folder) / "city.osm.pbf"
        city.write_osm(city.build(), extract)
        report = build_pack(
            extract,
            SAMPLES / "city.mappack",
            name="云川市",
            attribution="云川市 · 虚构城市 invented city",
            licence="CC0-1.0",
        )
    print(f"{report.tiles} tiles, {report.bytes} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
