"""Documents of acktrail: each key once, with its record, its actions and its attachment.

Everything of one document happens in one savepoint, everything of one call in one transaction: the
row of the key, the record, what was done to it, what was attached.
"""

import hashlib
import json

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError, ConcurrencyError, UserError
from odoo.tools import SQL

# What this door is open for, whatever rights the user has besides.
ALLOWED = {
    "account.bank.statement.line": frozenset(),
    "account.move": frozenset({"action_post"}),
    "account.payment": frozenset({"action_post"}),
    "calendar.event": frozenset(),
    "mail.activity": frozenset(),
    "product.product": frozenset(),
    "product.supplierinfo": frozenset(),
    "purchase.order": frozenset({"button_confirm"}),
    "res.partner": frozenset(),
    "sale.order": frozenset({"action_confirm"}),
    "stock.move.line": frozenset(),
    "stock.picking": frozenset(),
    "stock.quant": frozenset(),
}
INSERT_ONLY = {"mode": "update", "noupdate": True}
RACES = ("could not serialize access", "deadlock detected", "could not obtain lock")
DENIALS = ("You are not allowed to", "You don't have the access")
MOST = 500  # documents of a call
TAKEN = (
    "INSERT INTO acktrail_inbox"
    " (key, sha256, model, exchange, create_uid, create_date, write_uid, write_date)"
    " VALUES (%s, %s, %s, %s, %s, now() at time zone 'UTC', %s, now() at time zone 'UTC')"
    " ON CONFLICT (key) DO NOTHING RETURNING id"
)


class RejectedError(Exception):
    """This document is not taken; the others of the call are."""

    def __init__(self, *messages):
        super().__init__()
        self.messages = list(messages)


class Inbox(models.Model):
    _name = "acktrail.inbox"
    _description = "Document received from acktrail"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(
        required=True,
        readonly=True,
        help="External id: partner, kind, digest of the document's key",
    )
    sha256 = fields.Char(required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", readonly=True)
    exchange = fields.Char(readonly=True, help="The file's id in acktrail's ledger")
    console_url = fields.Char("Console", compute="_compute_console_url")

    _key_once = models.Constraint("unique(key)", "This document is known already.")

    @api.depends("exchange")
    def _compute_console_url(self):
        base = (
            self.env["ir.config_parameter"].sudo().get_param("acktrail.console_url", "").rstrip("/")
        )
        for one in self:
            one.console_url = f"{base}/exchanges/{one.exchange}" if base and one.exchange else False

    def open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @api.model
    def post_documents(self, docs):
        """Take documents; return one verdict each, in their order.

        A document: ``key`` (its external id), ``model``, ``fields`` and ``rows`` as ``load`` takes
        them, and if wanted ``actions``, ``attachment`` (name, datas, mimetype) and ``exchange``.

        A verdict: ``key``, ``status``, ``id``, ``messages``. ``created``; ``duplicate``: the same
        content was taken before; ``conflict``: the key was taken with other content; ``missing``:
        it was taken, and somebody deleted the record since; ``rejected``: messages say why.
        """
        if not self.env.user.has_group("acktrail_bridge.group_poster"):
            raise AccessError(self.env._("You are not allowed to post documents of acktrail"))
        if len(docs) > MOST:
            raise UserError(self.env._("More than %s documents in one call", MOST))
        return [self._take(doc) for doc in docs]

    @api.model
    def _take(self, doc):
        content = [doc[name] for name in ("model", "fields", "rows")]
        sha = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
        user = self.env.uid
        # Waits for another transaction with the same key, then sees its row or fails to serialise:
        # Odoo then runs the whole call again, in a new snapshot.
        query = SQL(TAKEN, doc["key"], sha, doc["model"], doc.get("exchange") or None, user, user)
        taken = self.env.execute_query(query)
        if not taken:
            return self._known(doc["key"], sha)
        inbox = self.sudo().browse(taken[0][0])
        try:
            with self.env.cr.savepoint():
                record, status = self._make(doc)
                self.env.flush_all()
        except RejectedError as no:
            messages = no.messages
        except (AccessError, AccessDenied):  # a missing right is no document's fault
            raise
        except UserError as no:
            messages = [{"message": str(no)}]
        except psycopg2.IntegrityError as no:
            messages = [{"message": no.diag.message_primary or "integrity error"}]
        else:
            inbox.res_id = record.id
            return {"key": doc["key"], "status": status, "id": record.id, "messages": []}
        self.env.invalidate_all()
        inbox.unlink()  # a corrected document may come under the same key
        return {"key": doc["key"], "status": "rejected", "id": False, "messages": messages}

    @api.model
    def _known(self, key, sha):
        old = self.sudo().search([("key", "=", key)], limit=1)
        status = "duplicate" if old.sha256 == sha else "conflict"
        if (
            not self.sudo()
            .env[old.model]
            .with_context(active_test=False)
            .search_count([("id", "=", old.res_id)])
        ):
            status = "missing"
        return {"key": key, "status": status, "id": old.res_id, "messages": []}

    @api.model
    def _make(self, doc):
        """Create the record, act on it, attach to it; return it and what was done."""
        if doc["model"] not in ALLOWED:
            raise RejectedError({"message": f"{doc['model']} is not open to acktrail"})
        records = self.env[doc["model"]].with_context(**INSERT_ONLY)
        module, _, name = doc["key"].partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        known = self.env["ir.model.data"].sudo().search_count(domain)
        answer = records.load(doc["fields"], doc["rows"])
        self._raise(answer)
        record = records.browse(answer["ids"])
        for action in doc.get("actions") or ():
            if action not in ALLOWED[doc["model"]]:
                raise RejectedError({"message": f"{action} is not open to acktrail"})
            getattr(record, action)()
        if doc.get("attachment"):
            attached = {name: doc["attachment"].get(name) for name in ("name", "datas", "mimetype")}
            self.env["ir.attachment"].create(
                {**attached, "res_model": doc["model"], "res_id": record.id}
            )
        return record, "duplicate" if known else "created"

    @api.model
    def _raise(self, answer):
        """Raise what ``load`` only reports: a lost race, a missing right, a refusal."""
        messages = [one for one in answer["messages"] if one.get("type") == "error"]
        for one in messages:
            text = str(one.get("message", ""))
            if any(race in text for race in RACES):
                raise ConcurrencyError(text)
            if "field" not in one and text.startswith(DENIALS):
                raise AccessError(text)
        if messages or not answer["ids"] or len(answer["ids"]) != 1:
            raise RejectedError(*messages)
