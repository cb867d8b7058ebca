"""Trains the dictionary that small answers share: `python -m tools.train_dictionary FILE`.

Invented cases and contacts, whole answers as the server makes them. The notes are made of other
sentences than those of `bench/sync_bytes.py`, which measures what it brings. A dictionary that was
ever released stays as it is; a better one gets a name of its own in `sync.protocol.compression`.
"""

import random
import sys
from pathlib import Path

from backports import zstd

from bench.sync_bytes import page_of, rows_of

SIZE = 16 * 1024  # twice or seven times that brings one per cent
CASES, SEED = 1500, 20260901
CLAUSES = (
    "没有人接，{n}号再打",
    "客户在外地工作，{n}日回来",
    "收到短信，答应本周处理",
    "目前失业，正在找工作",
    "可以先还{m}元，其余分期",
    "同意上门，时间定在周{n}",
    "请求减免部分利息",
    "说已经通过手机银行还了{m}元",
    "身体不好，需要定期去医院",
    "要求只用短信联系",
    "对账单金额没有异议",
    "孩子上学要用钱，压力大",
    "态度配合，留了新的电话",
    "地址有变，搬到了附近小区",
    "下月奖金到账后一次付清",
    "提到有其他银行的贷款",
)


def main(path: Path) -> int:
    """Write the dictionary."""
    chance = random.Random(SEED)
    rows = list(rows_of(chance, CASES, CLAUSES))
    samples = [page_of([row], chance, more=False) for row in rows]
    samples += [page_of([row], chance, more=True) for row in rows]
    path.write_bytes(zstd.train_dict(samples, SIZE).dict_content)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
