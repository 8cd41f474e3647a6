from xml.etree import ElementTree

from scuff.station.gige_features import description

SPACE = "{http://www.genicam.org/GenApi/Version_1_1}"


def test_whatever_is_referred_to_is_there() -> None:
    root = ElementTree.fromstring(description())
    names = {node.get("Name") for node in root}
    referring = [node for node in root.iter() if node.tag.removeprefix(SPACE).startswith("p")]
    assert len(referring) > 50
    assert {node.text for node in referring} - names == set()


def test_no_two_registers_share_an_address() -> None:
    addresses = [node.text for node in ElementTree.fromstring(description()).iter(f"{SPACE}Address")]
    assert len(addresses) == len(set(addresses)) > 15
