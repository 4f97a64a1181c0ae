"""Stripe's own Python package drives the practice Stripe through a gift's whole life, and checks each delivery's signature.

Usage: journey.py API_BASE ENDPOINT_SECRET. Reads deliveries from standard input, one JSON object a line: {"signature", "body"}.
"""

import json
import sys

import stripe

base, secret = sys.argv[1:]
client = stripe.StripeClient("sk_test_practice", base_addresses={"api": base}, max_network_retries=0)

session = client.v1.checkout.sessions.create(
    {
        "mode": "payment",
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 5000, "product_data": {"name": "Gift"}}},
        ],
        "metadata": {"fund": "f1", "donation": "d1"},
        "payment_intent_data": {"metadata": {"fund": "f1", "donation": "d1"}},
        "success_url": "http://127.0.0.1:8080/thanks/abc",
    },
    {"idempotency_key": "journey-1"},
)
assert session.url.endswith(f"/practice/checkout/{session.id}"), session.url
again = client.v1.checkout.sessions.expire(session.id)
assert again.status == "expired"

intent = client.v1.payment_intents.create(
    {"amount": 5000, "currency": "usd", "payment_method": "pm_card_bypassPending", "confirm": True, "metadata": {"donation": "d1"}}
)
assert intent.status == "succeeded", intent.status
try:
    client.v1.payment_intents.create({"amount": 5000, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True})
    raise SystemExit("a declined card went through")
except stripe.CardError as declined:
    assert declined.code == "card_declined" and declined.http_status == 402

refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"refund": "r1"}})
assert refund.status == "succeeded"
payout = client.v1.payouts.create({"amount": 2000, "currency": "usd"})
assert payout.status == "pending"
try:
    client.v1.payouts.create({"amount": 900000, "currency": "usd"})
    raise SystemExit("more was paid out than there is")
except stripe.InvalidRequestError as refused:
    assert refused.code == "balance_insufficient"

lines = client.v1.balance_transactions.list({"limit": 2, "expand": ["data.source"]})
kinds = [(line.type, line.amount, line.source.object) for line in lines.auto_paging_iter()]
assert kinds == [("payout", -2000, "payout"), ("refund", -1000, "refund"), ("charge", 5000, "charge")], kinds
balance = client.v1.balance.retrieve()
total = sum(part.amount for part in [*balance.available, *balance.pending])
assert total == sum(line.net for line in client.v1.balance_transactions.list({"limit": 100}).data), total

for delivery in map(json.loads, sys.stdin):
    event = stripe.Webhook.construct_event(delivery["body"], delivery["signature"], secret, tolerance=None)
    assert event.object == "event" and event.api_version == "2026-09-30.endive", event
    try:
        stripe.Webhook.construct_event(delivery["body"], delivery["signature"], secret + "x", tolerance=None)
        raise SystemExit("a wrong secret was accepted")
    except stripe.SignatureVerificationError:
        pass
print("ok")
