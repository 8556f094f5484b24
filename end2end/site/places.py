"""Makes places.mmdb, a database of places in MaxMind's format for the journeys: this machine is in Dallas.

    pip install mmdb_writer && python3 places.py
"""

from netaddr import IPSet
from mmdb_writer import MMDBWriter

HOUSE = {
    "city": {"names": {"en": "Dallas"}},
    "country": {"iso_code": "US", "names": {"en": "United States"}},
    "subdivisions": [{"iso_code": "TX", "names": {"en": "Texas"}}],
}

writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="City", languages=["en"], description="Places of the journeys")
writer.insert_network(IPSet(["127.0.0.0/8"]), HOUSE)
writer.to_db_file("places.mmdb")
