import type { Row } from './row.js'

/** C: control and operations. */
export const rowsC: Readonly<Record<string, Row>> = {
  C1: {
    title: 'JSON-RPC 2.0 over a local Unix socket',
    clauses: {
      'one JSON message a line': [
        'daemon/control/server.test.ts: one message a line, answered by id',
        'daemon/control/framing.test.ts: a message is one line whatever is in it',
      ],
      batches: ['daemon/control/server.test.ts: batches are answered by one array, also for a single request'],
      notifications: [
        'daemon/control/server.test.ts: notifications take effect and get no answer, not even a wrong one',
        'daemon/control/subscribe.test.ts: C1: events come as notifications to those who have subscribed',
      ],
      'standard error codes': ['daemon/control/server.test.ts: standard faults'],
      'rpc.discover': [
        'daemon/control/openrpc.test.ts: C1: rpc.discover is valid by the meta-schema of OpenRPC',
        'daemon/control/docs.test.ts: C1: what is generated in the page is current',
      ],
      'socat, nc, any JSON-RPC library': [
        'integration/control-clients.test.ts: C1: socat: a request, a batch with a notification in it, and garbage',
        'integration/control-clients.test.ts: C1: nc: a request, and events as they happen',
        'integration/control-clients.test.ts: C1: a JSON-RPC library of others: calls, a batch, a fault',
      ],
      'who may change something, and who did': [
        'daemon/control/roles.test.ts: C1: on the read-only socket what changes something is refused',
        'daemon/control/audit.test.ts: C1: a changing call is logged when it has ended',
      ],
    },
  },
  C2: {
    title: 'rqctl status',
    clauses: {
      'supervisor, executors, queues, Redis link': [
        'daemon/cli/daemon-commands.test.ts: status for people',
        'daemon/cli/daemon-commands.test.ts: status when Redis is away',
      ],
      '--json': ['daemon/cli/daemon-commands.test.ts: --json prints one document and nothing else'],
      'live, as top': ['integration/top.test.ts: C2 C3: top shows the daemon live, stops a job'],
    },
  },
  C3: {
    title: 'pause, resume, drain, scale, reload, stop-job, shutdown',
    clauses: {
      'pause and resume hold when they have answered': [
        'integration/life.test.ts: C3: after pause has answered nothing is started; resume goes on',
        'integration/pause-everywhere.test.ts: C3: pause --everywhere holds for all daemons at once',
      ],
      scale: [
        'integration/executor-changes.test.ts: C3: scale: more executors are warm and registered when it answers',
        'integration/executor-changes.test.ts: C3: scale --wait says what it waits for',
      ],
      reload: [
        'integration/reload.test.ts: C3: reload: later jobs run the new code, those that run go on',
        'integration/reload.test.ts: C3: reload: code that does not load is refused with its error',
        'integration/reload.test.ts: C3: reload: a configuration that is none is refused by name',
        'integration/reload-load.test.ts: C3: under load, with the code changed each time: every job runs once',
      ],
      'restart-executors': [
        'integration/executor-changes.test.ts: C3: restart-executors: each is replaced by one that is ready',
      ],
      'orders to daemons anywhere, through Redis': [
        'integration/fleet-orders.test.ts: C3: every daemon of a Redis shows what it does',
        'integration/fleet-orders.test.ts: C3: an order through Redis is carried out once, logged and answered',
        'integration/fleet-orders.test.ts: C3: what cannot be done is refused, and that is an answer',
        'integration/fleet-orders.test.ts: C3: an order whose time is over is not carried out, whenever the daemon comes back',
        'integration/fleet-orders.test.ts: C3: orders to a daemon that is gone say so',
        'integration/fleet-orders.test.ts: C3: Redis going away during an order neither repeats nor loses it',
        'integration/everywhere.test.ts: C3: commands with --everywhere reach all daemons, and say what each has done',
      ],
      'stop-job': ['daemon/cli/fleet-commands.test.ts: J12: stop-job names each job that cannot be stopped'],
      shutdown: ['daemon/cli/daemon-commands.test.ts: shutdown, ping, discover'],
      'what it waits for is said': [
        'daemon/cli/daemon-commands.test.ts: C3: scale, restart-executors and reload say what they wait for',
      ],
    },
  },
  C4: {
    title: 'rqctl drain',
    clauses: {
      'waits for the running jobs, shows progress': [
        'integration/life.test.ts: C4: drain waits for the running job and says so; the rest stays queued',
        'daemon/cli/daemon-commands.test.ts: drain: plain lines in a pipe, one live line on a terminal',
      ],
      'hands back what is left at the deadline; the exit code tells': [
        'integration/life.test.ts: C4: at its deadline, drain hands the running job back to the front',
      ],
      'daemons are restarted one by one, and no job is interrupted': [
        'integration/upgrade.test.ts: C4: upgrade under load: daemons are restarted one by one, and every job runs once to its end',
        'integration/upgrade.test.ts: C4: upgrade stops at the first daemon that does not come back, and says how to go on',
        'integration/upgrade.test.ts: C4: upgrade interrupts no job: where one takes too long, its daemon goes on, unless it may be handed back',
        'integration/upgrade.test.ts: C4: of two upgrades at a time one is refused',
        'integration/upgrade.test.ts: C4: upgrade works through the socket of a daemon that is restarted, and refuses those without orders',
      ],
    },
  },
  C5: {
    title: 'rqctl requeue',
    clauses: {
      'ids, --all': [
        'daemon/cli/requeue.test.ts: some ids: those that are failed go back, the others are listed',
        'daemon/cli/requeue.test.ts: a job failed by a Python worker is requeued and runs again',
      ],
      'by function, age, error': [
        'daemon/cli/requeue.test.ts: C5: ids of any queue, those that filters name',
        'daemon/cli/jobs.test.ts: C5 C7: jobs by queue, state, function, age and error',
      ],
      'progress bar on many': [
        'daemon/cli/requeue.test.ts: --all, many: in their order, with a bar on a terminal only',
      ],
      'dry run': ['daemon/cli/requeue.test.ts: --dry-run changes nothing'],
      'ended half-way, nothing is lost': [
        'integration/data-commands.test.ts: C5: a requeue that is killed half-way loses no job and doubles none',
      ],
    },
  },
  C6: {
    title: 'rqctl info',
    clauses: {
      "RQ's rq info": [
        'daemon/cli/info.test.ts: laid out as rq info does',
        'daemon/cli/info.test.ts: the same bars and sums as the real rq info, over a real worker',
      ],
      '--interval': ['daemon/cli/info.test.ts: --interval shows it again until it is told to stop'],
    },
  },
  C7: {
    title: 'enqueue, job, empty, cancel, suspend, resume, workers, queues, logs',
    clauses: {
      enqueue: [
        'daemon/cli/job-actions.test.ts: C7: enqueue with all that it takes, through the daemon and straight',
        'daemon/cli/job-actions.test.ts: C7: enqueue --wait prints the result, a failure, or that the time is over',
      ],
      job: [
        'daemon/cli/job.test.ts: C7 P4: everything of a job, through the daemon and straight',
        'daemon/cli/job.test.ts: C7: failures with their certificate, results, and what Python wrote',
      ],
      'empty, cancel, delete': [
        'daemon/cli/job-actions.test.ts: C7: empty deletes what waits, or a state; --dry-run changes nothing',
        'daemon/cli/job-actions.test.ts: C7: cancel and delete, dependents too if asked, each refusal named',
      ],
      'suspend, resume': ['daemon/cli/fleet-commands.test.ts: W17: suspend and resume --all set and remove the mark'],
      'workers, queues': [
        'daemon/cli/fleet-commands.test.ts: W8: workers lists who lives, of whichever kind',
        'daemon/cli/job-actions.test.ts: C7: queues with counts, age and what is wrong',
      ],
      logs: ['integration/logs.test.ts: C7: logs -f shows what a job prints as it does'],
      explain: [
        'src/explain/explain-job.test.ts: C7 explain: ${what}',
        'integration/explain.test.ts: C7 explain: every way in which a job fails in a daemon',
      ],
      '--format for scripts': [
        'daemon/cli/format.test.ts: C7: fields in braces, escapes, JSON for lists and objects, nothing for null',
      ],
    },
  },
  C8: {
    title: 'systemd',
    clauses: {
      'ready only when it can work': [
        'systemd/life.test.ts: C8: while Redis is away a start waits longer than TimeoutStartSec, and its status says why',
        'daemon/systemd/manager.test.ts: C8: READY comes with a status, and signs of life at half of the time',
      ],
      watchdog: [
        'systemd/watchdog.test.ts: C8: a daemon none of whose executors reports is restarted',
        'systemd/watchdog.test.ts: C8: a daemon whose Redis is away is not restarted, however long that lasts',
        'systemd/watchdog-loop.test.ts: C8: a daemon whose event loop is held up is restarted',
      ],
      'status text': [
        'daemon/systemd/status-text.test.ts: C8: the status tells of executors, waiting jobs and Redis in one line',
      ],
      'graceful stop': [
        'systemd/stop.test.ts: C8: a stop waits for the running job, longer than TimeoutStopSec, and says so',
        'systemd/stop.test.ts: C8: --stop-timeout-sec bounds it: the job goes back to its queue',
      ],
      reload: [
        'systemd/reload.test.ts: C8 a reload swaps the code: later jobs run the new one, the one that runs goes on',
        'systemd/reload.test.ts: C8 a tree that does not load is refused',
      ],
      'killed, it comes back': [
        'systemd/restart.test.ts: C8: a daemon that is killed is started again, and its jobs run',
      ],
      'hardening; systemd-analyze verify': [
        'systemd/life.test.ts: C8: systemd-analyze finds nothing wrong with the units, and little that is exposed',
        'systemd/life.test.ts: C8: jobs run as another user than root',
      ],
      'rqd@.service': ['systemd/restart.test.ts: C8: rqd@mail reads /etc/rqd/mail.*, and has a socket of its own'],
    },
  },
  C9: {
    title: 'Supervisor',
    clauses: {
      starts: ['supervisord/life.test.ts: C9: Supervisor starts it, keeps what jobs print apart from its log'],
      restarts: ['supervisord/life.test.ts: C9: killed, it is started again, and no job is lost'],
      'stops gracefully': ['supervisord/life.test.ts: C9: a stop waits for the running job, and it ends well'],
    },
  },
  C10: {
    title: 'logs',
    clauses: {
      'for people, as JSON, for the journal': [
        'daemon/log/log-format.test.ts: each format writes its line (W3)',
        'daemon/log/log-format.test.ts: auto is journald where stderr is the journal, and text elsewhere',
        'systemd/life.test.ts: C10: the journal has a line for each event of a job, with its fields and priority',
      ],
      'one line per job event, with fields': [
        'daemon/job-log.test.ts: few jobs have their lines, with all that is known',
        'daemon/job-log.test.ts: many successes are summed',
      ],
    },
  },
  C11: {
    title: 'monitoring',
    clauses: {
      metrics: [
        'integration/monitoring.test.ts: C11: metrics say what the jobs did, in a form that Prometheus reads',
        'contrib/prometheus.test.ts: C11: the alert rules are valid, and fire when they should and only then',
      ],
      'healthz, readyz': [
        'integration/monitoring.test.ts: C11: ready while it can work, and otherwise not, with the reason',
      ],
      'the dashboard lets in whom it should': [
        'daemon/dashboard/dashboard.test.ts: C11 dashboard: without a token nothing is shown but a form that asks for it',
        'daemon/dashboard/dashboard.test.ts: C11 dashboard: whoever may only look sees no form',
        'daemon/dashboard/embed.test.ts: C11 embedding: the application says who may look, and who may act',
      ],
      'the dashboard cannot be used against its visitors': [
        'daemon/dashboard/dashboard.test.ts: C11 dashboard: a forged request is refused, and nothing is done',
        'daemon/dashboard/dashboard.test.ts: C11 dashboard: every answer keeps browsers from making more of it',
        'daemon/dashboard/dashboard.test.ts: C11 dashboard: no form and no address leads elsewhere',
        'browser/look.ts: what jobs hold is text, nothing runs, nothing is asked of others',
      ],
      'the dashboard alone, needing Redis only': [
        'daemon/cli/dashboard.test.ts: C11 rqctl dashboard serves from Redis alone',
        'daemon/cli/dashboard.test.ts: C11 rqctl dashboard says so when Redis is away',
      ],
      'the dashboard within Express and Fastify': [
        'daemon/dashboard/embed.test.ts: C11 embedding: ${name}: pages, files, forms and what is live lie below the mount',
        'examples/dashboard.test.ts: C11 the example on Express',
      ],
      'tenants: metrics and readiness tell them apart': [
        'integration/tenants-http.test.ts: C11: a daemon with tenants tells of each of them over HTTP',
        'daemon/metrics/metrics.test.ts: C11: with tenants, what is about queues and jobs is told by tenant',
        'daemon/http/readiness.test.ts: C11: with tenants, one whose Redis answers is enough, and the others are named',
      ],
      'tenants: a list and a dashboard for each, which shows nothing of the others': [
        'daemon/dashboard/tenants/mount.test.ts: C11 tenants: the list tells how each of them is',
        'daemon/dashboard/tenants/mount.test.ts: C11 tenants: what is of one tenant shows on no page of another',
        'daemon/dashboard/tenants/mount.test.ts: C11 tenants: one sign-in serves all',
        'browser/tenants.test.ts: C11 they work without JavaScript',
      ],
      'the dashboard in a browser: live, by keys, without JavaScript, for everybody': [
        'browser/use.test.ts: C11 what happens shows without a reload',
        'browser/use.test.ts: C11 keys lead through it',
        'browser/use.test.ts: C11 it works without JavaScript',
        'browser/look.ts: nobody is kept out, nothing stands out',
      ],
      'a history of the last day by the minute': [
        'integration/history.test.ts: C11: a daemon writes what it has done into the history',
        'integration/history.test.ts: C11: without a history nothing of it is written',
        'src/history/recorder.test.ts: C11: while Redis is away counts are kept',
        'src/history/sampler.test.ts: C11: what workers of Python have done since the last look counts',
        'daemon/data/history.test.ts: C11: history tells of every minute asked for',
      ],
      'failures by function and error': [
        'src/fleet/failure-group.test.ts: C11: failures that differ in ids, numbers, times and paths only are one group',
        'daemon/data/failures-step.test.ts: C11: failures.step tells of every failed job once',
        'daemon/data/failures-step.test.ts: C11: a group is listed by its signature',
        'daemon/dashboard/failure-index.test.ts: C11: what fails later is added, without reading all again',
      ],
      'requeueing and deleting many jobs, undone and stopped': [
        'daemon/dashboard/bulk-runs.test.ts: C11: a run requeues all that are meant',
        'daemon/dashboard/bulk-runs.test.ts: C11: as long as a run waits it can be undone',
        'daemon/dashboard/bulk-runs.test.ts: C11: what fails again while it runs is left alone',
        'daemon/dashboard/bulk-runs.test.ts: C11: a run that is stopped ends after its step',
        'daemon/dashboard/bulk-runs.test.ts: C11: a queue is emptied to its end',
      ],
      'jobs are chosen and put right in a browser': [
        'browser/jobs.test.ts: C11 a failed job is requeued from its page, and runs',
        'browser/jobs.test.ts: C11 chosen jobs are requeued, canceled and deleted, and no others',
        'browser/jobs.test.ts: C11 chosen rows and the focus stay while the list changes',
        'browser/jobs.test.ts: C11 without JavaScript chosen jobs are requeued, too',
      ],
      'orders to daemons': [
        'daemon/dashboard/orders.test.ts: C11: an order is waited for, and told with what came of it',
        'daemon/dashboard/pages/daemons.test.ts: C11: each daemon has a card',
        'browser/actions.test.ts: C11 a daemon is paused, resumed, scaled, drained and reloaded',
      ],
    },
  },
  C12: {
    title: 'bad input',
    clauses: {
      'jobs and payloads': [
        'integration/bad-hashes.test.ts: C12 malformed hashes and payloads fail with a reason, through the whole daemon',
        'integration/bad-input.test.ts: C12 keys of another type are skipped or fail with a reason',
      ],
      'data that others have left': [
        'daemon/cli/hostile-redis.test.ts: C12 no type and no bytes of any key make a data command quit',
      ],
      'command lines': [
        'daemon/cli/fuzz.test.ts: C12 no command line of rqd ends in a stack trace, a hang or silence',
        'daemon/cli/fuzz.test.ts: C12 no command line of rqctl ends in a stack trace, a hang or silence',
      ],
      configuration: [
        'daemon/config/fuzz.test.ts: C12 no file that was cut off or damaged crashes the reader',
        'daemon/config/fuzz.test.ts: C12 a file that is made to exhaust its reader is refused',
      ],
      'RPC frames': [
        'chaos/socket-fuzz.test.ts: C1 C12: 20,000 malformed frames: the daemon lives, answers, names each fault',
      ],
      'executors that misbehave': [
        'daemon/supervisor/rogue-protocol.test.ts: C12 an executor that breaks the protocol by "${plan}" is ended for it',
        'daemon/supervisor/rogue-behaviour.test.ts: C12 an executor that floods or is deaf ("${plan}") costs no memory',
      ],
    },
  },
}
