"""The routes that move money, as the server's own description names them, and a good request for each of them."""

import contract
from house import money, text

MONEY = "#/components/schemas/money_wanted"

# Routes with an Idempotency-Key that neither take nor move money.
NO_MONEY = {"staff_create_campaign", "staff_start_campaign", "staff_send_invitations", "staff_create_import"}


class Description:
    """/api/openapi.json of this server."""

    def __init__(self, server):
        self.contract = contract.of(server.url)
        self.operations = {operation["operationId"]: operation for item in self.contract.document["paths"].values()
                           for method, operation in item.items() if method in ("post", "put", "patch")}

    def body(self, name):
        """The schema of an operation's body, or None."""
        content = self.operations[name].get("requestBody", {}).get("content", {}).get("application/json")
        return content and content["schema"]

    def fields(self, schema, pointer=""):
        """Every field below a schema: (pointer, schema), with [] for the items of lists."""
        for part in schema.get("allOf", []) + schema.get("anyOf", []) + schema.get("oneOf", []):
            yield from self.fields(part, pointer)
        schema = self.contract.resolve(schema)
        for part in schema.get("allOf", []) + schema.get("anyOf", []):
            yield from self.fields(part, pointer)
        if "items" in schema:
            yield from self.fields(schema["items"], pointer + "/[]")
        for name, child in schema.get("properties", {}).items():
            yield f"{pointer}/{name}", child
            yield from self.fields(child, f"{pointer}/{name}")

    def is_money(self, schema):
        return schema.get("$ref") == MONEY or any(map(self.is_money, schema.get("anyOf", []) + schema.get("allOf", [])))

    def money_fields(self):
        """{(operation, pointer)} of every amount that a request may name."""
        return {(name, pointer) for name in self.operations if (schema := self.body(name))
                for pointer, child in self.fields(schema) if self.is_money(child)}

    def money_routes(self):
        """Operations that take an amount, or are done once for a key."""
        keyed = {name for name, operation in self.operations.items()
                 if any("idempotency_key" in each.get("$ref", "") for each in operation.get("parameters", []))}
        return ({name for name, _ in self.money_fields()} | keyed) - NO_MONEY


def good_requests(venue):
    """operation → (client, method, path, body). The records are there for this alone."""
    offer = venue.offer(100, capacity=100_000)
    household = venue.household()["id"]
    buyer = venue.buyer(credit=100_000)
    waiting = venue.guest_order(offer)["number"]
    duplicate = venue.household()["id"]
    joined, gone = venue.household()["id"], venue.household()["id"]
    merged = venue.admin.post(f"{venue.staff_base}/households/{joined}/merge", {"from": gone}, key=True)["id"]
    unpaid = buyer.order(offer, ["bank_transfer"])["number"]
    staff, lines = venue.staff_base, [{"offer_id": offer["id"], "quantity": 1}]
    own = venue.offer(100)
    sold = venue.staff_order(household, offer, ["cash"])["number"]
    venue.change_settings(floors={"administrator": money(-1_000_000)}, top_up_allowed=True)
    debtor, saver = venue.buyer(), venue.buyer()
    assert venue.entry(debtor.household, "adjustment", -100_000, allow_negative=True).status == 201
    course = venue.offer(kind="course", for_members=True, price=100)
    child, other = (venue.admin.post(f"{staff}/households/{household}/members",
                                     {"first_name": name, "last_name": "Morel"})["id"] for name in ("Ana", "Léo"))
    enrolment = {"household_id": household, "kind": "free", "reason": "x"}
    enrolled = venue.admin.post(f"{staff}/offers/{course['id']}/enrolments", enrolment | {"member_id": other}, key=True)
    what = {"kind": "ticket", "title": text("Le Cid"), "shops": ["online"],
            "rates": [{"name": text("Plein"), "price": money(100)}]}
    return {
        "staff_create_entry": (venue.admin, "POST", f"{staff}/wallets/{household}/entries",
                               {"kind": "top_up", "reason": "x", "amount": money(100)}),
        "staff_record_payment": (venue.admin, "POST", f"{staff}/orders/{waiting}/payments",
                                 {"method": "bank_transfer", "amount": money(1)}),
        "staff_refund_order": (venue.admin, "POST", f"{staff}/orders/{sold}/refund", {"to": "wallet", "reason": "x"}),
        "staff_enrol_member": (venue.admin, "POST", f"{staff}/offers/{course['id']}/enrolments",
                               enrolment | {"member_id": child}),
        "staff_withdraw_member": (venue.admin, "POST", f"{staff}/offers/{course['id']}/withdrawals",
                                  {"ticket_id": enrolled["tickets"][0]["id"], "reason": "x"}),
        "staff_create_order": (venue.admin, "POST", f"{staff}/orders",
                               {"household_id": household, "lines": lines, "payments": [{"method": "cash"}]}),
        "staff_merge_households": (venue.admin, "POST", f"{staff}/households/{household}/merge", {"from": duplicate}),
        "staff_undo_merge": (venue.admin, "POST", f"{staff}/households/{joined}/merges/{merged}/undo", None),
        "create_order": (buyer.client, "POST", f"{venue.base}/shops/online/orders",
                         {"lines": lines, "payments": [{"method": "wallet"}]}),
        "pay_order": (buyer.client, "POST", f"{venue.me}/orders/{unpaid}/pay", {"method": "bank_transfer"}),
        "repay_balance": (debtor.client, "POST", f"{venue.me}/wallet/repay", {"method": "bank_transfer"}),
        "top_up_balance": (saver.client, "POST", f"{venue.me}/wallet/top-up",
                           {"method": "bank_transfer", "amount": money(100)}),
        "create_quote": (buyer.client, "POST", f"{venue.base}/shops/online/quotes", {"lines": lines}),
        "staff_create_offer": (venue.admin, "POST", f"{staff}/offers", what),
        "staff_change_offer": (venue.admin, "PATCH", f"{staff}/offers/{own['id']}", {"title": text("Le Cid")}),
        "staff_change_household": (venue.admin, "PATCH", f"{staff}/households/{household}", {"tags": []}),
        "staff_change_settings": (venue.admin, "PATCH", f"{staff}/settings", {"name": "House"}),
    }
