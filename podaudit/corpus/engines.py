"""Who does the work: this process, a pool of processes on this machine, or a Dask cluster. Each gives outcomes as they come.

An engine takes the plan and the addresses, and yields the position of an address with its outcome, each once, in any order.
None holds more exports in memory than it has workers.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from typing import Any

from podaudit import __version__
from podaudit.corpus.group import Plan, warm, work
from podaudit.corpus.outcome import Failed, Failure, Outcome
from podaudit.corpus.places import Place, anywhere
from podaudit.model import PodauditError

Engine = Callable[[Plan, Sequence[str]], Iterator[tuple[int, Outcome]]]
PATIENCE = 300.0  # seconds without a result after which a cluster must have workers
_DIED = Failure(
    None, Failed.DIED,
    "the process that worked on it ended before it was done, and again when it was tried alone; there may be too little memory "
    "for the export.",
)  # fmt: skip


def in_turn(plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
    """One after the other in this process."""
    for n, address in enumerate(addresses):
        yield n, work(plan, address)


# ------------------------------------------------------------------------------------------------ processes of this machine


def processes(jobs: int) -> Engine:
    """A pool of ``jobs`` processes. An export whose worker dies is tried once more, alone, so that no other pays for it."""

    def run(plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
        left, suspects = deque(range(len(addresses))), deque[int]()
        while left or suspects:
            queue = deque([suspects.popleft()]) if suspects else left
            alone = queue is not left
            workers = 1 if alone else min(jobs, len(left))
            running: dict[Future[Outcome], int] = {}
            try:
                with _Pool(workers) as pool:
                    while queue or running:
                        while queue and len(running) < workers:
                            running[pool.submit(work, plan, addresses[queue[0]])] = queue[0]
                            queue.popleft()
                        yield from _finished(running)
            except BrokenProcessPool:
                if alone:
                    yield (queue[0] if queue else next(iter(running.values()))), _DIED
                else:
                    suspects.extend(sorted(running.values()))

    return run


def _finished(running: dict[Future[Outcome], int]) -> Iterator[tuple[int, Outcome]]:
    """Wait for one and give it; those that ended with the pool stay in ``running``."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        outcome = future.result()
        yield running.pop(future), outcome


class _Pool:
    """A pool whose workers die with this process, however it ends, and at once when it is interrupted."""

    def __init__(self, workers: int) -> None:
        import multiprocessing

        self._pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin)

    def __enter__(self) -> ProcessPoolExecutor:
        return self._pool

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()
        self._pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """What a worker does first: leave interrupts to the parent, die with it, and load the phrase books."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    import pyarrow as pa

    pa.set_cpu_count(1)  # there is a worker for every processor
    warm()
    gc.freeze()  # the phrase books stay for good: looking them through for garbage costs more than the groups'


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


# ------------------------------------------------------------------------------------------------------------------- Dask


def cluster(address: str) -> Engine:
    """The Dask cluster whose scheduler listens at ``address``. Dask gives a lost worker's exports to the others.

    What stood on a worker each time one was lost, as often as the scheduler allows (``allowed-failures``), is tried once more,
    alone: it may have been the export, and may have been its neighbours. Raises ``PodauditError`` where there is no scheduler,
    where its workers have another podaudit, and where ``PATIENCE`` brought no result and there are none.
    """

    def run(plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
        return _on(_client(address), replace(plan, out=Place(anywhere(plan.out.address))), addresses)

    return run


def _on(client: Any, plan: Plan, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome]]:
    with client:
        suspects = []
        for n, future in _done(client, plan, dict(enumerate(addresses))):
            if (outcome := _outcome_of(future)) is _DIED:
                suspects.append(n)
            else:
                yield n, outcome
        for suspect in sorted(suspects):
            for n, future in _done(client, plan, {suspect: addresses[suspect]}):
                yield n, _outcome_of(future)


def _client(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port
        from distributed.comm.registry import get_backend
    except ImportError:
        raise PodauditError(
            "--scheduler needs the package distributed, which is not installed: install podaudit[dask]."
        ) from None
    try:
        kind, place = parse_address(address)  # what a client would fail on first: it would then be waited for
        get_backend(kind)
        if kind in ("tcp", "tls"):
            parse_host_port(place)
        return Client(address, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise PodauditError(
            f"--scheduler {address}: no Dask scheduler answers there ({type(error).__name__}); check the address."
        ) from None


def _done(client: Any, plan: Plan, addresses: Mapping[int, str]) -> Iterator[tuple[int, Any]]:
    """Have the cluster work on these exports, and give the future of each, with its number, once it is done."""
    done: SimpleQueue[Any] = SimpleQueue()
    futures = {}  # Dask drops what nobody holds
    for n, address in addresses.items():
        future = client.submit(partial(_checked, __version__), plan, anywhere(address), pure=False)
        futures[future.key] = n, future
        future.add_done_callback(done.put)
    while futures:
        try:
            future = done.get(timeout=PATIENCE)
        except Empty:
            if not client.nthreads():
                raise PodauditError(
                    "The cluster has no workers; start some and run the same command: what is done stays done."
                ) from None
            continue
        yield futures.pop(future.key)


def _outcome_of(future: Any) -> Outcome:
    """What a future of the cluster holds. Raises what ends the run: nothing that an export does, all that a cluster can."""
    from distributed import KilledWorker

    try:
        outcome: Outcome = future.result()
    except KilledWorker:
        return _DIED
    except CancelledError:
        raise PodauditError(
            "The cluster's scheduler went away; start it again and run the same command: what is done stays done."
        ) from None
    except ModuleNotFoundError:
        raise PodauditError(
            "A worker of the cluster has no podaudit: install this version there, and run again."
        ) from None
    return outcome


def _checked(version: str, plan: Plan, address: str) -> Any:
    """Work on a machine that may have another version, whose tables would not fit the others."""
    if version != __version__:
        raise PodauditError(
            f"A worker of the cluster has podaudit {__version__}, and this is {version}: install one version, and run again."
        )
    return work(plan, address)
