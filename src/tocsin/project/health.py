"""What a supervisor asks: `/healthz`, does this process answer; `/readyz`, do the database, the outbox and the clock keep up.

Tells numbers only, never what an incident is about.
"""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from tocsin.delivery import queue
from tocsin.desk import clock
from tocsin.web.clock import now

LATE_AFTER_SECONDS = 60


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process lives."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all keeps up and 503 when not.

    *Shape*: `{"database": "well", "clock_late_seconds": 0.0, "outbox": {"queued", "sending", "failed", "oldest_seconds"}}`;
    `oldest_seconds` is the age of the oldest message that waits to be sent, or null.
    """
    moment = now()
    try:
        late = clock.lateness_seconds(moment)
        health = queue.health(moment)
    except DatabaseError as error:
        return JsonResponse({"database": f"cannot be used: {type(error).__name__}"}, status=503)
    oldest = (moment - health.oldest_at).total_seconds() if health.oldest_at else None
    outbox = {"queued": health.queued, "sending": health.sending, "failed": health.failed, "oldest_seconds": oldest}
    body = {"database": "well", "clock_late_seconds": late, "outbox": outbox}
    return JsonResponse(body, status=503 if late > LATE_AFTER_SECONDS else 200)
