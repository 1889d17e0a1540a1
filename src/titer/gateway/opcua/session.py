"""A client's session: what it may ask, of what, and how much. Everything that would change something is refused.

The library's session lets a client touch subscriptions of others, guess another's authentication token, ask for any
number of things at once, and answers Browse in one piece however long it is.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_session import InternalSession, SessionState
from asyncua.server.internal_subscription import InternalSubscription

from titer.gateway.opcua import limits

Codes = ua.StatusCodes
Owner = tuple[str | None, bytes]


class ClientSession(InternalSession):  # type: ignore[misc]
    """One client's session.

    Attributes:
        certificate: DER of the application that opened it; no other may take it over.
        bearer: the machine's token that was shown, "" for a trusted application without a user.
        most_subscriptions, most_items: of this session.
    """

    certificate: bytes = b""
    bearer: str = ""
    most_subscriptions: int = 1
    most_items: int = 1

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._continuations: dict[bytes, tuple[list[Any], int]] = {}
        if self.external:
            self.iserver.unregister_external_session(self)
            self.auth_token = ua.NodeId(secrets.token_bytes(32), 0, ua.NodeIdType.ByteString)
            self.iserver.register_external_session(self)

    @property
    def owner(self) -> Owner:
        """Whose subscriptions this session may take over: the same user's, from the same application."""
        return self.user.name if self.user else None, self.certificate

    @property
    def is_open(self) -> bool:
        """Whether it may be used."""
        return self.state is SessionState.Activated

    async def create_session(self, params: Any, sockname: Any = None) -> Any:
        """Open it; the largest request is told as it is."""
        result = await super().create_session(params, sockname=sockname)
        result.MaxRequestMessageSize = limits.LARGEST_REQUEST
        return result

    # --- reading -------------------------------------------------------------------------------------------

    async def read(self, params: Any) -> list[Any]:
        """Read attributes."""
        _bounded(params.NodesToRead)
        found: list[Any] = await super().read(params)
        return found

    async def write(self, params: Any) -> list[Any]:
        """Refuse each write: there is no setting that allows one."""
        _bounded(params.NodesToWrite)
        return [ua.StatusCode(Codes.BadNotWritable) for _ in params.NodesToWrite]

    async def history_read(self, params: Any) -> list[Any]:
        """Say that no history is offered here."""
        _bounded(params.NodesToRead)
        refused = ua.StatusCode(Codes.BadHistoryOperationUnsupported)
        return [ua.HistoryReadResult(StatusCode=refused) for _ in params.NodesToRead]

    async def browse(self, params: Any) -> list[Any]:
        """Browse, in pieces where there is much."""
        _bounded(params.NodesToBrowse)
        asked = int(params.RequestedMaxReferencesPerNode or 0)
        size = min(asked or limits.MOST_REFERENCES, limits.MOST_REFERENCES)
        results = self.iserver.view_service.browse(params)
        for result in results:
            self._cut(result, result.References, size)
        return list(results)

    async def browse_next(self, parameters: Any) -> list[Any]:
        """Go on with what Browse began."""
        _bounded(parameters.ContinuationPoints)
        results = []
        for point in parameters.ContinuationPoints:
            waiting = self._continuations.pop(bytes(point), None)
            result = ua.BrowseResult()
            if waiting is None:
                result.StatusCode = ua.StatusCode(Codes.BadContinuationPointInvalid)
            elif not parameters.ReleaseContinuationPoints:
                self._cut(result, *waiting)
            results.append(result)
        return results

    def _cut(self, result: Any, references: list[Any], size: int) -> None:
        result.References, rest = references[:size], references[size:]
        if not rest:
            return
        if len(self._continuations) >= limits.MOST_CONTINUATIONS:
            result.References, result.StatusCode = [], ua.StatusCode(Codes.BadNoContinuationPoints)
            return
        point = secrets.token_bytes(16)
        self._continuations[point] = rest, size
        result.ContinuationPoint = point

    async def translate_browsepaths_to_nodeids(self, params: Any) -> list[Any]:
        """Find nodes by browse paths."""
        _bounded(params)
        if any(not path.RelativePath.Elements for path in params):
            raise ServiceError(Codes.BadNothingToDo)
        found: list[Any] = await super().translate_browsepaths_to_nodeids(params)
        return found

    # --- subscriptions -------------------------------------------------------------------------------------

    def _own(self, number: int) -> InternalSubscription:
        """A subscription of this session.

        Raises:
            ServiceError: if it is none; another's is as unknown as one that there is not.
        """
        found = self.subscription_service.subscriptions.get(int(number))
        if found is None or found.session_id != self.session_id:
            raise ServiceError(Codes.BadSubscriptionIdInvalid)
        return found

    def _mine(self) -> list[InternalSubscription]:
        known = self.subscription_service.subscriptions.values()
        return [one for one in known if one.session_id == self.session_id]

    async def create_subscription(
        self, params: Any, callback: Callable[..., Any], request_callback: Callable[..., Any] | None = None
    ) -> Any:
        """Subscribe, within bounds."""
        if self.external:
            if len(self._mine()) >= self.most_subscriptions:
                raise ServiceError(Codes.BadTooManySubscriptions)
            asked = float(params.RequestedPublishingInterval or 0)
            asked = asked if math.isfinite(asked) else limits.SHORTEST_PUBLISHING_MS
            params.RequestedPublishingInterval = min(
                max(asked, limits.SHORTEST_PUBLISHING_MS), limits.LONGEST_PUBLISHING_MS
            )
        result = await super().create_subscription(params, callback, request_callback)
        if self.external:
            self.subscription_service.subscriptions[result.SubscriptionId].titer_owner = self.owner
        return result

    def modify_subscription(self, params: Any) -> Any:
        """Say what holds; the library changes nothing of a subscription."""
        self._own(params.SubscriptionId)
        return super().modify_subscription(params)

    async def create_monitored_items(self, params: Any) -> list[Any]:
        """Monitor values, within bounds; each item that cannot be is refused by itself."""
        if not self.external:
            internal: list[Any] = await super().create_monitored_items(params)
            return internal
        self._own(params.SubscriptionId)
        _bounded(params.ItemsToCreate)
        there = sum(len(one.monitored_item_srv._monitored_items) for one in self._mine())
        if there + len(params.ItemsToCreate) > self.most_items:
            raise ServiceError(Codes.BadTooManyMonitoredItems)
        asked, refused = list(params.ItemsToCreate), {}
        for position, item in enumerate(asked):
            code = _unfit(item.ItemToMonitor.AttributeId, item.RequestedParameters)
            if code is not None:
                refused[position] = ua.MonitoredItemCreateResult(StatusCode=ua.StatusCode(code))
        params.ItemsToCreate = [item for position, item in enumerate(asked) if position not in refused]
        made = iter(await super().create_monitored_items(params))
        return [refused[position] if position in refused else next(made) for position in range(len(asked))]

    async def modify_monitored_items(self, params: Any) -> list[Any]:
        """Change how values are monitored, within the same bounds."""
        known = self._own(params.SubscriptionId).monitored_item_srv._monitored_items
        _bounded(params.ItemsToModify)
        results = []
        for item in params.ItemsToModify:
            code = _unfit(ua.AttributeIds.Value, item.RequestedParameters)
            if item.MonitoredItemId not in known:
                code = Codes.BadMonitoredItemIdInvalid
            if code is not None:
                results.append(ua.MonitoredItemModifyResult(StatusCode=ua.StatusCode(code)))
                continue
            one = ua.ModifyMonitoredItemsParameters()
            one.SubscriptionId, one.TimestampsToReturn = params.SubscriptionId, params.TimestampsToReturn
            one.ItemsToModify = [item]
            results += await super().modify_monitored_items(one)
        return results

    async def delete_monitored_items(self, params: Any) -> list[Any]:
        """Monitor values no longer."""
        if self.external:
            self._own(params.SubscriptionId)
        found: list[Any] = await super().delete_monitored_items(params)
        return found

    async def set_monitoring_mode(self, params: Any) -> list[Any]:
        """Switch items on and off."""
        self._own(params.SubscriptionId)
        found: list[Any] = await super().set_monitoring_mode(params)
        return found

    async def set_publishing_mode(self, params: Any) -> list[Any]:
        """Switch subscriptions on and off."""
        results = []
        for number in params.SubscriptionIds:
            one = self.subscription_service.subscriptions.get(int(number))
            if one is None or one.session_id != self.session_id:
                results.append(ua.StatusCode(Codes.BadSubscriptionIdInvalid))
            else:
                await one.set_publishing_mode(params.PublishingEnabled)
                results.append(ua.StatusCode())
        return results

    async def delete_subscriptions(self, ids: Sequence[int]) -> list[Any]:
        """End subscriptions of one's own; another's are unknown here."""
        if not self.external:
            ended: list[Any] = await super().delete_subscriptions(list(ids))
            return ended
        own = {one.data.SubscriptionId for one in self._mine()}
        results = []
        for number in ids:
            if int(number) in own:
                results += await super().delete_subscriptions([number])
            else:
                results.append(ua.StatusCode(Codes.BadSubscriptionIdInvalid))
        return results

    def publish(self, acks: Iterable[Any] | None = None) -> tuple[int, list[Any]]:
        """Take acknowledgements for one's own subscriptions."""
        own = {one.data.SubscriptionId: one for one in self._mine()}
        if not own:
            raise ServiceError(Codes.BadNoSubscription)
        results = []
        for given in acks or ():
            one = own.get(given.SubscriptionId)
            if one is None:
                results.append(ua.StatusCode(Codes.BadSubscriptionIdInvalid))
            elif given.SequenceNumber not in one._not_acknowledged_results:
                results.append(ua.StatusCode(Codes.BadSequenceNumberUnknown))
            else:
                one.publish([given.SequenceNumber])
                results.append(ua.StatusCode())
        return len(own), results

    def republish(self, params: Any) -> Any:
        """Send a message again, if it is still there; the library answers with an empty one where it is not."""
        one = self._own(params.SubscriptionId)
        kept = one._not_acknowledged_results.get(params.RetransmitSequenceNumber)
        if kept is None:
            raise ServiceError(Codes.BadMessageNotAvailable)
        return kept.NotificationMessage

    async def transfer_subscriptions(self, params: Any, callback: Callable[..., Any]) -> list[Any]:
        """Take over subscriptions of the same user and application, from a session that was lost."""
        results = []
        for number in params.SubscriptionIds:
            one = self.subscription_service.subscriptions.get(int(number))
            if one is None or getattr(one, "titer_owner", None) != self.owner:
                refused = ua.StatusCode(Codes.BadSubscriptionIdInvalid)
                results.append(ua.TransferResult(StatusCode=refused))
                continue
            one.session_id, one.pub_result_callback = self.session_id, callback
            one.pub_request_callback = callback.__self__.get_publish_request  # type: ignore[attr-defined]
            known = sorted(one._not_acknowledged_results)
            results.append(ua.TransferResult(AvailableSequenceNumbers=known))
        return results


def _bounded(asked: Sequence[Any]) -> None:
    """Refuse a request without operations, and one with too many.

    Raises:
        ServiceError: if it is.
    """
    if not asked:
        raise ServiceError(Codes.BadNothingToDo)
    if len(asked) > limits.MOST_OPERATIONS:
        raise ServiceError(Codes.BadTooManyOperations)


def _unfit(attribute: int, parameters: Any) -> int | None:
    """The status code that refuses an item, if one does; its queue is brought within bounds.

    Deadbands are not offered: the library compares numbers with whatever is there, a bad value too.
    """
    if attribute == ua.AttributeIds.EventNotifier:
        return int(Codes.BadNotSupported)
    if isinstance(parameters.Filter, ua.ExtensionObject) and parameters.Filter.TypeId.is_null():
        parameters.Filter = None
    wanted = parameters.Filter
    if wanted is not None and not isinstance(wanted, ua.DataChangeFilter):
        return int(Codes.BadMonitoredItemFilterUnsupported)
    if wanted is not None and wanted.DeadbandType != ua.DeadbandType.None_:
        if wanted.DeadbandValue:
            return int(Codes.BadMonitoredItemFilterUnsupported)
        wanted.DeadbandType = ua.DeadbandType.None_
    parameters.QueueSize = min(max(int(parameters.QueueSize), 1), limits.LARGEST_QUEUE)
    return None
