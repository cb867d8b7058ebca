"""The GPX file of a day: ids and places in their order, nothing else."""

from xml.etree import ElementTree

from field_app.reports.gpx_file import GPX, GpxStop, gpx_file

LINE = "Taken out by <Li> & co"
STOPS = (
    GpxStop(1, "0193-aaaaaaaa-first001", 35.0000004, 118.35),
    GpxStop(3, "0193-aaaaaaaa-third003", -0.5, -70.123456789),
)


def test_stops_stand_in_order_by_number_and_id() -> None:
    root = ElementTree.fromstring(gpx_file(STOPS, LINE))  # noqa: S314  # our own
    assert root.tag == f"{{{GPX}}}gpx"
    assert root.get("version") == "1.1"
    assert root.findtext(f"{{{GPX}}}metadata/{{{GPX}}}desc") == LINE
    points = root.findall(f"{{{GPX}}}rte/{{{GPX}}}rtept")
    assert [(p.get("lat"), p.get("lon")) for p in points] == [
        ("35.000000", "118.350000"),
        ("-0.500000", "-70.123457"),
    ]
    assert [p.findtext(f"{{{GPX}}}name") for p in points] == ["1-first001", "3-third003"]


def test_no_stop_makes_an_empty_route() -> None:
    root = ElementTree.fromstring(gpx_file((), LINE))  # noqa: S314  # our own
    assert [child.tag for child in root] == [f"{{{GPX}}}metadata", f"{{{GPX}}}rte"]
    assert not list(root[1])
