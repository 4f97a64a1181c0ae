"""Stripe's own Python package signs bodies and judges headers, good and bent; each case is one JSON line for our verifier.

Usage: signatures.py SECRET SEED. `theirs` is the package's verdict with a tolerance of 300 s at the second `now`.
"""

import base64
import json
import random
import sys

import stripe
from stripe import WebhookSignature, _webhook

secret, seed = sys.argv[1], int(sys.argv[2])
chance = random.Random(seed)
now = 1_794_679_200
# A whole second, so that the edge of the tolerance is an edge.
_webhook.time.time = lambda: now


def bodies():
    yield ""
    yield '{"id":"evt_1"}'
    yield '{\r\n  "id": "evt_1",\r\n  "name": "Zoë 罷工 \U0001f4b8"\r\n}'
    yield json.dumps({"id": "evt_1", "filling": "x" * (1024 * 1024 - 40)})
    for _ in range(20):
        letters = [chr(chance.choice([chance.randrange(32, 127), chance.randrange(160, 0xD7FF), 10, 13])) for _ in range(chance.randrange(1, 400))]
        yield "".join(letters)


def bend(hexadecimal):
    """Another digit in one place."""
    place = chance.randrange(len(hexadecimal))
    other = chance.choice([digit for digit in "0123456789abcdef" if digit != hexadecimal[place]])
    return hexadecimal[:place] + other + hexadecimal[place + 1 :]


def signature(body, at=now, key=secret):
    return WebhookSignature.generate_signature_header(body, key, at).split("v1=")[1]


def cases(body):
    good = signature(body)
    yield "signed by the package", WebhookSignature.generate_signature_header(body, secret, now), body
    yield "other secret", f"t={now},v1={signature(body, key=secret + 'x')}", body
    yield "secret without its prefix", f"t={now},v1={signature(body, key=secret.removeprefix('whsec_'))}", body
    yield "bent signature", f"t={now},v1={bend(good)}", body
    yield "short signature", f"t={now},v1={good[:-1]}", body
    yield "no hex", f"t={now},v1={'z' * 64}", body
    yield "other body", f"t={now},v1={good}", body + " "
    yield "other time", f"t={now - 1},v1={good}", body
    yield "a bad one before the good one", f"t={now},v1={bend(good)},v1={good}", body
    yield "the good one before a bad one", f"t={now},v1={good},v1={bend(good)}", body
    yield "the old scheme beside it", f"t={now},v0={bend(good)},v1={good}", body
    yield "the old scheme alone", f"t={now},v0={good}", body
    yield "unknown key", f"t={now},x=1,v1={good}", body
    yield "item without a value", f"t={now},x,v1={good}", body
    yield "trailing comma", f"t={now},v1={good},", body
    yield "other order", f"v1={good},t={now}", body
    yield "space before the key", f"t={now}, v1={good}", body
    yield "capital key", f"t={now},V1={good}", body
    yield "no time", f"v1={good}", body
    yield "no number", f"t=now,v1={good}", body
    yield "no signature", f"t={now}", body
    yield "empty", "", body
    for age in (299, 300, 301, 86_400):
        yield f"age {age}", f"t={now - age},v1={signature(body, now - age)}", body
    for ahead in (1, 300, 301, 86_400):
        yield f"ahead {ahead}", f"t={now + ahead},v1={signature(body, now + ahead)}", body
    yield "capital hex", f"t={now},v1={good.upper()}", body
    yield "two times", f"t={now},t={now - 9},v1={good}", body
    yield "time with a sign", f"t=+{now},v1={good}", body


for body in bodies():
    for kind, header, received in cases(body):
        try:
            theirs = WebhookSignature.verify_header(received, header, secret, tolerance=300)
        except stripe.SignatureVerificationError:
            theirs = False
        raw = base64.b64encode(received.encode("utf-8")).decode("ascii")
        print(json.dumps({"kind": kind, "header": header, "body": raw, "now": now, "theirs": theirs}))
