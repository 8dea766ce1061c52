"""Reads YAML texts, a JSON list of them, with PyYAML, and prints the list of their values for compare-readers.mjs."""

import datetime
import json
import sys

try:
    import yaml
except ImportError:
    sys.exit(3)

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text):
    try:
        return yaml.load(text, Loader)
    except Exception as error:  # any failure is a result to compare
        return {"$error": f"{type(error).__name__}: {error}"}


def other(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"$time": value.isoformat()}
    return {"$error": f"a value of type {type(value).__name__}"}


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout, default=other)
