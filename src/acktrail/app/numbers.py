"""The control numbers of an exchange's answers, as its entries fix them."""

from acktrail.ports import Transaction


def earlier_numbers(tx: Transaction, exchange: str, generation: int) -> dict[str, object]:
    """Return the control numbers that an earlier run of the exchange fixed: they stay its own."""
    if not generation:
        return {}
    entries = tx.entries(exchange)
    fixed = [one.body for one in entries if one.body.get("numbers")]
    names = ("first_number", "numbers", "answer_at", "more_numbers")
    return {name: fixed[-1][name] for name in names if fixed and name in fixed[-1]}


def numbers_of(body: dict[str, object]) -> tuple[int, ...]:
    """Return the control numbers that an entry fixed."""
    parts = [f"{body.get('first_number', 0)}+{body.get('numbers', 0)}"]
    numbers: list[int] = []
    for part in (*parts, *str(body.get("more_numbers", "")).split()):
        first, _plus, count = part.partition("+")
        numbers += range(int(first), int(first) + int(count))
    return tuple(numbers)
