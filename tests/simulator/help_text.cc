#include "tests/simulator/help_text.h"

namespace gcjobs::sim {

const char kHelpDescription[] =
    "gcjobs-sim: Genesys Cloud's REST API as far as gcjobs uses it, with time, rate limit and "
    "faults under your control.";

const char kHelpFooter[] = R"(
Examples
  gcjobs-sim                                  # any free port; says "listening on HOST:PORT"
  gcjobs-sim --listen 127.0.0.1:8088 --speed 10 --rate-limit 0 --log requests.jsonl
  gcjobs-sim --durations bimodal:0.7,5,120,0.3 --action-durations 'Look Up Customer=constant:2'

  TOKEN=$(curl -s -u me:secret -d grant_type=client_credentials \
    http://127.0.0.1:8088/oauth/token | sed 's/.*access_token":"\([^"]*\).*/\1/')
  curl -H "Authorization: Bearer $TOKEN" \
    'http://127.0.0.1:8088/api/v2/integrations/actions?name=customer'
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"async":true,"parameters":{"$sim":{"duration":"2s","result":{"id":12345678901234567890}}}}' \
    http://127.0.0.1:8088/api/v2/integrations/actions/static_createCallback/execute

Actions that are always there (custom_-_00000000-0000-4000-8000-00000000000N)
  1 Look Up Customer                about 1.5 s, timeout 3 s
  2 Charge Card (declines)          fails after 2 s
  3 Rebuild Segment (slow)          about a minute
  4 Send Confirmation (instant)     done at once
  5 Sync Inventory (flaky)          one in three fails
  6 Reconcile Ledger (never ends)   runs for ever
  7 Export Transcript (times out)   5 s, timeout 2 s
  and in the flow "flow-demo": fda-rest-object, fda-rest-string, fda-rest-no-timeout, fda-lambda

DURATIONS, in seconds
  constant:S  uniform:A,B  exponential:MEAN  lognormal:MEDIAN,SIGMA  weibull:SHAPE,MEAN
  bimodal:P,MEDIAN1,MEDIAN2,SIGMA

A job steers itself by "$sim", a parameter of its action or a member of its body
  {"duration":"2s","queued":"500ms","outcome":"completed|failed|cancelled|expired|never",
   "message":"...","statuses":["Accepted","in-progress","Success"],"result":ANY,"httpStatus":400}
  and its result pages:
  {"pages":1000,"itemsPerPage":100,"pageBytes":1000000,
   "results":{"fault":"repeated_cursor|empty_pages|foreign_link|expired","at":PAGE,
              "count":EMPTY_PAGES,"origin":"http://HOST:PORT","links":"absolute|relative"}}

Job kinds: every kind of gcjobsd's registry and of --kinds files, at its own paths. Item N, counted
  from 0, is the same whatever page it is on, so that the page that starts with it has the cursor
  c/N==; with pageSize=S, and S at most itemsPerPage, page P has N = (P - 1) * S:
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"interval":"2026-01-01T00Z/2026-01-02T00Z","$sim":{"duration":"0s","queued":"0s"}}' \
    http://127.0.0.1:8088/api/v2/analytics/conversations/details/jobs
  curl -H "Authorization: Bearer $TOKEN" \
    'http://127.0.0.1:8088/api/v2/analytics/conversations/details/jobs/JOB/results?cursor=c/100=='

Control, without token
  curl -d '{"method":"POST","route":"/api/v2/integrations/actions/*/execute","status":503,
            "headers":{"Retry-After":"2"},"skip":0,"count":3}' http://HOST:PORT/__sim/faults
     more: "delay":"500ms"  "reset":true  "truncate":10  "fill":1000000  "conflict":true
           "when":"before" (no effect) or "after" (took effect, the answer is lost or changed)
  POST /__sim/tokens/revoke   POST /__sim/rate-limit {"limit":N}   GET,DELETE /__sim/faults
  GET /__sim/jobs   POST /__sim/jobs/ID {"finish":"completed"} {"status":"RUNNING"} {"forget":true}
  GET /__sim/actions/ID   POST /__sim/actions/ID/touch {"set":{"category":"New"}}
  GET /__sim/log?after=SEQ   GET /__sim/stats
)";

}  // namespace gcjobs::sim
