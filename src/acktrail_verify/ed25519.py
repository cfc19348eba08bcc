"""Ed25519 verification in plain integers: public data only, a few milliseconds a signature.

Spec: RFC 8032 section 5.1.7.
"""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
KEY_BYTES, SIGNATURE_BYTES = 32, 64

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T = XY/Z


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` of ``message`` was made with the private half of ``key``."""
    if len(key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    public, first = _point(key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if public is None or first is None or s >= L:
        return False
    digest = sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % L
    return _equal(_times(s, BASE), _plus(first, _times(k, public)))


def _point(encoded: bytes) -> Point | None:
    """Decode a point; None when it is not on the curve.

    Spec: RFC 8032 section 5.1.3.
    """
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _plus(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = _plus(result, point)
        point = _plus(point, point)
        factor >>= 1
    return result


def _equal(one: Point, two: Point) -> bool:
    same_x = (one[0] * two[2] - two[0] * one[2]) % P == 0
    return same_x and (one[1] * two[2] - two[1] * one[2]) % P == 0


def _base() -> Point:
    point = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if point is None:
        raise ArithmeticError
    return point


BASE = _base()
