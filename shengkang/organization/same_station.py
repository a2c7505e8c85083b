"""Nobody sees across stations, so no key may lead across: two triggers the rooms put on their tables."""

import pgtrigger


class SameStation(pgtrigger.Trigger):
    """Refuses a row whose keys lead to rows of different stations; an empty key, or a row without a station, leads nowhere.

    `keys` are foreign keys to models that have a `station`; the row's own `station`, where it has one, always counts.
    A row that points at one thing only, and has no station itself, has nothing to compare: then `keys` is a mistake.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def __init__(self, *keys: str):
        self.keys = keys
        super().__init__(name="keeps_to_one_station")

    def get_func(self, model):
        quote = '"{}"'.format
        stations = []
        if any(field.name == "station" for field in model._meta.fields):
            stations.append(f"SELECT NEW.{quote(model._meta.get_field('station').column)} AS station")
        for key in self.keys:
            field = model._meta.get_field(key)
            other = field.related_model._meta
            stations.append(
                f"SELECT {quote(other.get_field('station').column)} AS station FROM {quote(other.db_table)} "  # noqa: S608
                f"WHERE {quote(other.pk.column)} = NEW.{quote(field.column)}"
            )
        if len(stations) < 2:
            raise ValueError(f"{model._meta.label} has nothing to compare its station with.")
        return (
            f"IF (SELECT count(DISTINCT station) FROM ({' UNION ALL '.join(stations)}) AS named) > 1 THEN "  # noqa: S608
            "RAISE EXCEPTION 'a key leads to another station: %', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'keeps_to_one_station', TABLE = TG_TABLE_NAME; "
            "END IF; RETURN NEW;"
        )


class StationStays(pgtrigger.Trigger):
    """Refuses to move a row to another station: what points at it would be left behind."""

    name = "station_stays"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    condition = pgtrigger.Q(old__station__df=pgtrigger.F("new__station"))
    func = (
        "RAISE EXCEPTION 'a row stays with its station: %', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'station_stays', TABLE = TG_TABLE_NAME;"
    )
