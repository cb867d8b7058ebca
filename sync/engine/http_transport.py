"""The only door to the network: the sync protocol over HTTPS with `requests`.

No redirects, no proxies from the environment, a stall limit instead of a total one, bodies read
raw and unpacked under a hard limit. Plain HTTP only to this very computer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from sync.engine.address import check_address
from sync.engine.answer import code_of_certificate, message, page_of, refusal, unpacked
from sync.engine.news import as_query
from sync.engine.next_page import NextPage, Start, grown, on_a_thread
from sync.engine.ports import OnPage, let_be
from sync.engine.signing_in import SigningIn
from sync.engine.trouble import Trouble
from sync.protocol.checkpoint import Consistency
from sync.protocol.compression import (
    MOST_FOR_DICTIONARY,
    WITH_DICTIONARY,
    pack,
    pack_small,
    question_of,
)
from sync.protocol.digest import Buckets, HeldRows, WantedRecords
from sync.protocol.lease import Escrow, Kept, LeaseGrant, ResetAnswer, ResetAsk
from sync.protocol.messages import (
    MAX_DECOMPRESSED,
    AttachmentOffer,
    AttachmentState,
    Codes,
    Enrol,
    Enrolled,
    Hello,
    Push,
    Pushed,
    Reading,
)
from sync.protocol.pages import Cursor, Page, onward
from sync.protocol.policy_bundle import PolicyNews
from sync.protocol.proof import TokenGrant
from sync.protocol.published_map import MapNews
from sync.protocol.versions import CLIENT_HEADER, PROGRAM, VERSION

BASE = "/sync/v1"
JSON = "application/json"
CONNECT_S = 10.0
STALL_S = 30.0
READ_AT_ONCE = 1 << 20  # fewer looks at what came: each asks for Python's lock again
SMALL = 256
OPEN = frozenset({"/enrol", "/reset"})  # asked by who has no token yet, or no longer


class HttpTransport:
    """A session with one server. `authority` is the bank's CA file, None for those `certifi` has.

    `token` is the enrolment's; with the raw device `key` it is shown for short tokens alone, and
    every request proves the key (`sync.protocol.proof`). `version` of the protocol is what this
    `program` speaks. `start` says where a page is fetched ahead; requests never overlap.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        key: bytes = b"",
        authority: Path | None = None,
        stall_s: float = STALL_S,
        start: Start = on_a_thread,
        version: int = VERSION,
        program: str = PROGRAM,
    ) -> None:
        self.version, self.program = version, program
        self._address = check_address(address) + BASE
        self._stall_s = stall_s
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(authority) if authority else True
        self._session.mount("http://", HTTPAdapter(max_retries=0))
        self._session.mount("https://", HTTPAdapter(max_retries=0))
        self._session.headers.update(
            {
                "Accept-Encoding": f"{WITH_DICTIONARY}, zstd, gzip",
                "Accept": JSON,
                "Sync-Version": str(version),
                CLIENT_HEADER: program,
            }
        )
        self._signing_in = SigningIn(token, key)
        self._gateway = len(urlsplit(self._address).path) - len(BASE)
        self.bytes_down = 0
        self.bytes_up = 0
        self.requests = 0
        self._shares = False  # whether this server was heard to use the dictionary
        self._greets_shortly = False  # whether the next greeting names no scope
        self._seen = 0  # size of the log whose checkpoint it told last
        self._fetched = NextPage(self._pull, start)
        self._next = NextPage(self._read_on, start)

    def enrol(self, request: Enrol) -> Enrolled:
        """Introduce this laptop with a one-time code."""
        return message(self._post("/enrol", request), Enrolled)

    def hello(self, epoch: str = "", reads: Sequence[Reading] = ()) -> Hello:
        """Ask who we are to the server, and what follows in as many of these scopes as it can name.

        What was fetched ahead for an earlier sync is dropped. Behind a greeting that failed comes
        one that names none: on a line that breaks off early its answer is the one to get through.
        """
        self._next.forget()
        self._fetched.forget()
        self._shares = False
        named = [] if self._greets_shortly else as_query(reads)
        self._greets_shortly = bool(named)
        params: dict[str, str | list[str]] = {"epoch": epoch, "read": named} if named else {}
        hello = message(self._ask("GET", "/hello", params=params), Hello)
        self._greets_shortly = False
        self._seen = hello.checkpoint.size if hello.checkpoint else 0
        return hello

    def lease(self) -> LeaseGrant:
        """Ask for a longer time without a line."""
        return message(self._ask("GET", "/lease"), LeaseGrant)

    def keep_escrow(self, escrow: Escrow) -> Kept:
        """Put the vault's key, sealed, into the custodians' hands."""
        return message(self._post("/escrow", escrow), Kept)

    def wiped(self) -> Kept:
        """Tell that this laptop's keys are destroyed."""
        return message(self._ask("POST", "/wiped", enrolled=True), Kept)

    def reset(self, ask: ResetAsk) -> ResetAnswer:
        """Ask for the key of a vault whose passphrase is forgotten; needs no token."""
        return message(self._post("/reset", ask), ResetAnswer)

    def push(self, push: Push) -> Pushed:
        """Send envelopes."""
        pushed = message(self._post("/push", push), Pushed)
        self._seen = pushed.checkpoint.size if pushed.checkpoint else self._seen
        return pushed

    def ahead(self, scope: str, limit: int, foresee: OnPage = let_be) -> None:
        """Begin to fetch, and to foresee, the first page of a scope."""
        self._fetched.settled()
        self._next.begin(scope, Cursor(), limit, 0, foresee)

    def pull(
        self, scope: str, after: Cursor, limit: int, floor: int, foresee: OnPage = let_be
    ) -> Page:
        """Fetch the next page of a scope, and begin to fetch the one behind it, and to foresee it.

        The reading began upon this floor. While the laptop foresees the page behind, the server
        makes the one behind that.
        """
        page = self._next.take(scope, after) or self._read_on(scope, after, limit, floor)
        if behind := _behind(page, scope, after, floor):
            self._next.begin(scope, behind[0], grown(limit), behind[1], foresee)
        return page

    def _read_on(self, scope: str, after: Cursor, limit: int, floor: int) -> Page:
        page = self._fetched.take(scope, after) or self._pull(scope, after, limit, floor)
        if behind := _behind(page, scope, after, floor):
            self._fetched.begin(scope, behind[0], grown(limit), behind[1])
        return page

    def _pull(self, scope: str, after: Cursor, limit: int, floor: int) -> Page:
        params = {"scope": scope, "after": after.text(), "limit": str(limit)}
        if floor:
            params["floor"] = str(floor)
        if self._seen:
            params["seen"] = str(self._seen)
        return page_of(self._ask("GET", "/pull", params=params, waits=False))

    def digest(self, scope: str) -> Buckets:
        """Fetch the sums of a scope's buckets."""
        return message(self._ask("GET", "/digest", params={"scope": scope}), Buckets)

    def held(self, scope: str, buckets: Sequence[int]) -> HeldRows:
        """Fetch what some buckets of a scope hold."""
        numbers = [str(number) for number in buckets]
        params: dict[str, str | list[str]] = {"scope": scope, "bucket": numbers}
        return message(self._ask("GET", "/digest/rows", params=params), HeldRows)

    def records(self, wanted: WantedRecords) -> Page:
        """Fetch some records of a scope again."""
        return page_of(self._post("/records", wanted))

    def policy(self, after: int) -> PolicyNews:
        """Fetch the rules in force when their serial is higher."""
        return message(self._ask("GET", "/policy", params={"after": str(after)}), PolicyNews)

    def map_news(self, after: int) -> MapNews:
        """Fetch what is published of map packs when its serial is higher."""
        return message(self._ask("GET", "/map", params={"after": str(after)}), MapNews)

    def map_piece(self, sha256: str, offset: int, size: int) -> bytes:
        """Fetch up to `size` bytes of the map pack in force from `offset`."""
        return self._part(f"/map/{sha256}", offset, size)

    def consistency(self, older: Sequence[int], newer: int) -> Consistency:
        """Fetch the proof that the log of `newer` entries begins with each older one."""
        sizes = [str(size) for size in older]
        params: dict[str, str | list[str]] = {"from": sizes, "to": str(newer)}
        return message(self._ask("GET", "/audit/consistency", params=params), Consistency)

    def offer(self, offer: AttachmentOffer) -> AttachmentState:
        """Announce a file, or ask how far it is."""
        return message(self._post("/attachments", offer), AttachmentState)

    def send_chunk(self, attachment_id: str, offset: int, data: bytes) -> AttachmentState:
        """Send bytes at an offset."""
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
        path = f"/attachments/{attachment_id}"
        return message(self._ask("PATCH", path, data=data, headers=headers), AttachmentState)

    def fetch(self, attachment_id: str, offset: int, size: int) -> bytes:
        """Fetch up to `size` bytes of a file from `offset`."""
        return self._part(f"/attachments/{attachment_id}", offset, size)

    def _part(self, path: str, offset: int, size: int) -> bytes:
        headers = {"Range": f"bytes={offset}-{offset + size - 1}", "Accept-Encoding": "identity"}
        data = self._ask("GET", path, headers=headers, status=206)
        if not 0 < len(data) <= size:
            raise Trouble(Codes.GARBAGE)
        return data

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _post(self, path: str, message: msgspec.Struct) -> bytes:
        headers = {"Content-Type": JSON}
        return self._ask("POST", path, data=msgspec.json.encode(message), headers=headers)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        data: bytes = b"",
        headers: dict[str, str] | None = None,
        status: int = 200,
        enrolled: bool = False,
        waits: bool = True,
    ) -> bytes:
        """Ask once, and once more when the token had ended or the server's clock was not known.

        `enrolled` shows the enrolment's token instead of a short one. `waits`: until no page is
        fetched ahead.
        """
        if waits:
            self._next.settled()
            self._fetched.settled()
        told = headers or {}
        sent, coding = self._packed(data) if told.get("Content-Type") == JSON else (data, {})
        request = requests.Request(
            method, self._address + path, params=params, data=sent or None, headers=told | coding
        )
        if self._signing_in.is_due and not enrolled and path not in OPEN:
            self._renew()
        try:
            return self._once(request, data, status, enrolled)
        except Trouble as trouble:
            if not self._put_right(trouble, enrolled):
                raise
        return self._once(request, data, status, enrolled)

    def _put_right(self, trouble: Trouble, enrolled: bool) -> bool:
        if trouble.code is Codes.UNAUTHORISED and self._signing_in.proves and not enrolled:
            self._renew()
            return True
        return self._signing_in.learns(trouble)

    def _renew(self) -> None:
        grant = self._ask("POST", "/token", enrolled=True, waits=False)
        self._signing_in.take(message(grant, TokenGrant))

    def _packed(self, plain: bytes) -> tuple[bytes, dict[str, str]]:
        if len(plain) <= SMALL:
            return plain, {}
        if self._shares and len(plain) <= MOST_FOR_DICTIONARY:
            return pack_small(plain), {"Content-Encoding": WITH_DICTIONARY}
        return pack(plain), {"Content-Encoding": "zstd"}

    def _once(self, request: requests.Request, plain: bytes, status: int, enrolled: bool) -> bytes:
        self.requests += 1
        sent: bytes = request.data or b""
        prepared = self._session.prepare_request(request)
        target = prepared.path_url[self._gateway :]
        shown = self._signing_in.headers(str(request.method), target, sent, enrolled=enrolled)
        prepared.headers.update(shown)
        wait = (CONNECT_S, self._stall_s)
        try:
            with self._session.send(
                prepared, timeout=wait, allow_redirects=False, stream=True
            ) as response:
                self.bytes_up += len(sent)
                raw = self._read(response)
        except OSError as error:  # what the library raises is one too
            raise _trouble_of(error) from error
        encoding = response.headers.get("Content-Encoding", "")
        body = unpacked(raw, encoding, question_of(target, plain))
        self._shares = self._shares or encoding == WITH_DICTIONARY
        if response.status_code != status:
            wish = response.headers.get("Retry-After", "")
            raise refusal(response.status_code, wish, body, self.version)
        return body

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        try:
            for part in response.raw.stream(READ_AT_ONCE, decode_content=False):
                size += len(part)
                if size > MAX_DECOMPRESSED:
                    raise Trouble(Codes.TOO_LARGE)
                parts.append(part)
        except Trouble:
            raise
        except HTTPError as error:
            stalled = isinstance(error, ReadTimeoutError)
            raise Trouble(Codes.STALLED if stalled else Codes.UNREACHABLE) from error
        self.bytes_down += size
        return b"".join(parts)


def _behind(page: Page, scope: str, after: Cursor, floor: int) -> tuple[Cursor, int] | None:
    """Return the cursor and floor that lead behind a page; None when there is none."""
    return onward(page, after, floor) if page.more and page.scope == scope else None


def _trouble_of(error: OSError) -> Trouble:
    if not isinstance(error, requests.RequestException):
        return Trouble(Codes.TLS)  # the authority's file is gone: nobody can be believed
    if isinstance(error, requests.exceptions.SSLError):
        return Trouble(code_of_certificate(error))
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Trouble(Codes.STALLED)
    if isinstance(error, (requests.exceptions.ConnectionError, requests.exceptions.Timeout)):
        return Trouble(Codes.UNREACHABLE)
    return Trouble(Codes.GARBAGE)
