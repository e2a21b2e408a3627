import type { Row } from './row.js'

/** W: the worker daemon. */
export const rowsW: Readonly<Record<string, Row>> = {
  W1: {
    title: 'rqd high default low',
    clauses: {
      'strict priority in that order': [
        'integration/life.test.ts: W2: burst runs all there is, by strict priority, and exits 0',
        'integration/life.test.ts: W1: a job on a better queue goes before all that wait on worse ones',
        'src/worker/queue-order.test.ts: W1: by default the order is that of the arguments',
      ],
      'blocks when idle': [
        'src/worker/wakeup.test.ts: a foreign push on either end wakes, takes nothing and keeps the order',
        'src/worker/fetcher.test.ts: when all queues are empty it asks to be woken and waits; a wake makes it look',
        'integration/life.test.ts: idle executors begin a job that any client pushes, without waiting for a poll',
      ],
      'one job at a time per executor': [
        'daemon/supervisor/pool.test.ts: a job goes to a free slot, and there is none for more than there are slots',
        'daemon/supervisor/pool.test.ts: taking back leaves what runs and brings the rest, in order',
      ],
    },
  },
  W2: {
    title: '--burst',
    clauses: {
      'drains what is there': [
        'integration/life.test.ts: W2: burst runs all there is, by strict priority, and exits 0',
        'integration/scheduling.test.ts: W2 a burst takes what is due along; --no-scheduler leaves it',
      ],
      'exits 0': ['integration/life.test.ts: W2: burst runs all there is, by strict priority, and exits 0'],
    },
  },
  W3: {
    title: 'flags',
    clauses: {
      'each is accepted, with the short form of RQ': [
        'daemon/cli/rq-flags.test.ts: W3: ${title}, on the command line and in a file',
        'daemon/cli/rq-flags.test.ts: W3: --config and --print-config say what is to be read and done',
        'conformance/python-flags.test.ts: W3: rqd has every other flag of rq worker, with its short form',
        "daemon/config/precedence.test.ts: RQ's flags mean what they mean there (W3)",
      ],
      'path and exception-handler are repeatable': [
        'daemon/cli/rq-flags.test.ts: W3: flags that may be repeated are heard each time, in their order',
        'integration/configuration.test.ts: a function is found below any of the paths',
        'integration/customizing.test.ts: W12: handlers are called for each run that fails',
      ],
      'results-ttl': ['integration/configuration.test.ts: results stay as long as was said'],
      'logging-level, quiet, verbose': [
        'integration/configuration.test.ts: and -q is quiet (W3)',
        'daemon/log.test.ts: levels, from the quietest',
      ],
      'log-format, date-format, disable-job-desc-logging': [
        'integration/configuration.test.ts: and logs as the file says (W3, W14)',
        "daemon/log/log-format.test.ts: RQ's format strings are Python's (W3)",
      ],
      'serializer: both are recognised': [
        'conformance/python-producer.test.ts: job of stock Python runs, and Python reads all about it',
      ],
      'max-jobs, max-idle-time': [
        'integration/executor-life.test.ts: W3: max-jobs: so many jobs are run, never more',
        'integration/executor-life.test.ts: W3: max-idle-time: the daemon ends with 0 once nothing has come for so long',
      ],
      'dequeue-strategy': [
        'src/worker/queue-order.test.ts: round-robin: the queue that gave something goes last, as in RQ',
        'src/worker/queue-order.test.ts: random: each queue comes first about as often',
        'integration/executor-life.test.ts: W1: by turns, queues are served one after the other',
      ],
      'with-scheduler': ['integration/scheduling.test.ts: J20 scheduled jobs run when their time has come'],
      pid: ['integration/configuration.test.ts: a PID file is there while the daemon is, and keeps a second one from'],
      executors: [
        'integration/worker-life.test.ts: W7: without --name workers have random names; with one, theirs are',
      ],
      'print-config': [
        'daemon/cli/rqd.test.ts: --print-config prints and starts nothing (W3)',
        'daemon/config/print-config.test.ts: --print-config shows every option, its value and its origin',
      ],
      'wrong usage is refused by name': [
        'daemon/cli/rqd.test.ts: wrong usage names the nearest flag, and where to read on (W3)',
      ],
    },
  },
  W4: {
    title: 'the life of a worker',
    clauses: {
      'birth, listen, prepare, clean up, loop, as RQ’s readers see it': [
        'integration/worker-life.test.ts: W4: birth, listen, prepare, run in another process, clean up, again, and death',
        'conformance/python-readers.test.ts: rq info shows our workers, what they do, and the counts',
      ],
      'birth registration': [
        'src/redis/lua/register.test.ts: a supervisor gets a lease by the clock of Redis, and its workers are registered',
      ],
      'prepare: busy, StartedJobRegistry': [
        "src/redis/lua/start.test.ts: a started job shows in every place where RQ's readers look",
      ],
      'run in a forked executor': [
        'integration/worker-life.test.ts: W4: birth, listen, prepare, run in another process',
      ],
      'clean up: idle, registries, TTLs, counters': [
        'src/worker/settler.test.ts: each kind of end is written and counted',
        'integration/worker-life.test.ts: W4: birth, listen, prepare, run in another process, clean up',
      ],
      death: ['src/redis/lua/deregister.test.ts: workers die as RQ’s do and the lease ends'],
    },
    unproven: ['a job that ends within 50 ms is never shown as started, nor its worker as busy'],
  },
  W5: {
    title: 'preload',
    clauses: {
      'modules are imported before the first job': [
        'daemon/executor/preload.test.ts: modules of the task paths, files and installed packages are loaded before',
        'daemon/executor/preload.test.ts: a module that does not load is fatal and named',
        'integration/executor-life.test.ts: W5: a module that cannot be loaded keeps the daemon from starting',
      ],
      'executors are started ahead and kept warm': [
        'daemon/supervisor/pool.test.ts: a warm spare takes over the slot of an executor that dies',
        'integration/start.test.ts: while Redis does not answer, executors are warm',
      ],
    },
  },
  W6: {
    title: 'lifetime of executors',
    clauses: {
      'after N jobs': [
        'daemon/supervisor/recycling.test.ts: W6: after so many jobs, and never more, a warm spare takes',
      ],
      'after an RSS limit': [
        'daemon/supervisor/recycling.test.ts: W6: one that has grown too large ends its job',
        'integration/executor-life.test.ts: W6: a task that leaks is recycled at the limit of its memory',
      ],
      'after an age': ['daemon/supervisor/recycling.test.ts: W6: one that idles is replaced when its time has come'],
      'each with jitter': [
        'daemon/supervisor/lifetime.test.ts: W6: the limits of an executor lie within a tenth of what was asked for',
      ],
      'fresh: one process per job': [
        'integration/executor-life.test.ts: W6: fresh: each job has a process of its own',
        'daemon/supervisor/recycling.test.ts: W6: fresh: no process runs a second job',
      ],
    },
  },
  W7: {
    title: 'names of workers',
    clauses: {
      'random, or set': ['integration/worker-life.test.ts: W7: without --name workers have random names'],
      'a name already alive is refused': [
        'integration/life.test.ts: W7: a name that a live worker has is refused in one sentence',
        'src/redis/lua/register.test.ts: a name of a live RQ worker is taken: nothing is written',
        'integration/start.test.ts: a start that is refused ends its executors: a name taken',
      ],
    },
  },
  W8: {
    title: 'look at workers',
    clauses: {
      'Worker.all, of a queue, count': ['src/fleet/worker.test.ts: W8 all workers, those of a queue, and how many'],
      findByKey: ['src/fleet/worker.test.ts: W8 a key without a worker gives none'],
      'every attribute': [
        'src/fleet/worker.test.ts: W8 a worker of its key, with all that RQ tells of it',
        'conformance/queue-and-registries.test.ts: W8 P4 Python and we see the same workers',
      ],
      'the four states, written by a daemon': [
        'integration/worker-life.test.ts: W4: birth, listen, prepare, run in another process',
        'conformance/python-suspend.test.ts: P4 W17 rq suspend holds our workers, rq resume lets them go on',
      ],
      'rqctl workers': ['daemon/cli/fleet-commands.test.ts: W8: workers lists who lives, of whichever kind'],
    },
  },
  W9: {
    title: 'process titles',
    clauses: {
      'supervisor and executors': [
        'integration/executor-life.test.ts: W9: titles tell what the supervisor and each executor do',
        'daemon/supervisor/title.test.ts: W9: it tells the queues, how many executors are busy, and any unusual state',
        'daemon/executor/title.test.ts: W9: the title names the slot and what the executor does',
      ],
    },
  },
  W10: {
    title: 'stop',
    clauses: {
      'SIGINT and SIGTERM: nothing new, running jobs end, deregistered, exit 0': [
        'integration/stopping.test.ts: W10: ${signal} lets the running job end, takes nothing new, deregisters and exits',
        'integration/stopping.test.ts: W10: told to stop while it starts, it exits 0 and leaves nothing',
      ],
      'the second: executors killed, jobs put back, deregistered': [
        'integration/stopping.test.ts: W10: a second ${signal} ends at once',
      ],
    },
    unproven: ['failing the jobs instead, by policy: there is none, they are always put back'],
  },
  W11: {
    title: 'timeouts',
    clauses: {
      'abort signal, SIGTERM, SIGKILL': [
        'daemon/supervisor/children.test.ts: past its limit a job is aborted, then terminated, then killed',
        'daemon/executor/main.test.ts: an abort reaches the running function, and one that has not begun',
      ],
      'to the whole process group': [
        'integration/stopping.test.ts: W11: at its limit the whole process group of a job is killed',
      ],
      'the job fails with a timeout error': [
        'integration/stopping.test.ts: W11: a function that never yields is ended at its timeout',
        'integration/customizing.test.ts: W12: handlers are called for each run that fails',
      ],
      'custom death penalty': [
        'daemon/executor/customs.test.ts: W13: a death penalty class is asked when a job reaches',
      ],
    },
  },
  W12: {
    title: 'exceptions',
    clauses: {
      'traceback in exc_info and the result, FailedJobRegistry': [
        'conformance/python-exception-handlers.test.ts: and rqd leave the same of a job that fails',
        'conformance/python-producer.test.ts: a failed ${serializer} job shows its traceback to Python',
      ],
      'a chain of handlers, called with job, type, value, traceback': [
        'daemon/executor/customs.test.ts: W12: handlers are called in their order with job, type, error and traceback',
        'integration/customizing.test.ts: W12: handlers are called for each run that fails',
        'src/worker-handlers.test.ts: W12: the worker of this process calls its handlers in order',
      ],
      'false stops the chain, anything else goes on': [
        'daemon/executor/customs.test.ts: W12: false keeps the handlers behind it from being called',
        'daemon/executor/customs.test.ts: W12: handlers are called in their order with job, type, error and traceback',
      ],
      'the default handler can be disabled': [
        'integration/customizing.test.ts: W12: without the default handler a job that fails keeps its status only',
        'conformance/python-exception-handlers.test.ts: and rqd leave the same of a job that fails',
      ],
    },
  },
  W13: {
    title: 'custom classes',
    clauses: {
      worker: [
        'daemon/executor/customs.test.ts: W13: a worker class extends what the executor does',
        'integration/customizing.test.ts: W13: worker, queue and connection classes are what the daemon works with',
      ],
      job: ['daemon/executor/customs.test.ts: W13: a job class is what a job, its callbacks and the handlers see'],
      'queue and connection': [
        'integration/customizing.test.ts: W13: worker, queue and connection classes are what the daemon works with',
      ],
      'death penalty': ['daemon/executor/customs.test.ts: W13: a death penalty class is asked when a job reaches'],
      'named on the command line or in the configuration': [
        'daemon/cli/rq-flags.test.ts: W3: ${title}, on the command line and in a file',
        'daemon/custom-settings.test.ts: W13: without anything to add there are no settings; all that is named is in',
      ],
      'inherited: what does not extend ours is refused': [
        'integration/customizing-refusals.test.ts: W13: classes that do not fit are refused',
        'daemon/executor/customs.test.ts: W12, W13: what cannot be used is refused, with flag, name',
      ],
    },
  },
  W14: {
    title: 'configuration file',
    clauses: {
      'REDIS_URL, or its parts': ['daemon/config/precedence.test.ts: where Redis is: ${title} (W14)'],
      'QUEUES, NAME': [
        'daemon/config/formats.test.ts: in the working directory is read; its paths count from its folder',
      ],
      'SENTRY_DSN, and everything W3 has': [
        'daemon/cli/rq-flags.test.ts: W3: ${title}, on the command line and in a file',
        'integration/configuration.test.ts: a daemon works by its file alone',
      ],
      SENTINEL: ["daemon/config/formats.test.ts: RQ's SENTINEL is understood (W14)"],
      'environment and flags override': [
        'daemon/config/precedence.test.ts: flags win over the environment, that over the file, that over the defaults',
      ],
      'unknown keys are refused with the nearest spelling': [
        'daemon/config/formats.test.ts: ${title} is refused by name (W14)',
      ],
    },
  },
  W15: {
    title: 'Redis Sentinel',
    clauses: {
      'jobs go on after a fail-over': [
        'integration/sentinel.test.ts: behind Sentinel a daemon finds the master, and goes on with the next one',
      ],
      'a link that is cut for longer than the lease: others take over, late results are refused, nothing is lost': [
        'chaos/netns.test.ts: W15: a daemon whose link to Redis is cut for longer than its lease',
      ],
      'far from Redis: leases are kept, and each job runs once': [
        'chaos/slow-links.test.ts: W15: a daemon far away from Redis keeps its lease, runs each job once',
        'chaos/slow-links.test.ts: W15: of two daemons, one near and one far, both run jobs, each once',
        'chaos/slow-links.test.ts: W15: executors that tenants share hold ahead as much as one that is far away from Redis needs',
      ],
      'a cluster: while the slot of a tenant moves under load no job is lost or repeated': [
        'integration/cluster.test.ts: W15: two daemons for six tenants of a cluster of three masters under load',
        'src/redis/cluster/slot-redis.test.ts: no script begins while its slot is on two nodes',
      ],
      'a cluster: a master that is lost, in whatever way, costs no job that its replicas had, and no restart': [
        'integration/cluster-fail-over.test.ts: W15: a master of a cluster that is replaced by hand under load',
        'integration/cluster-fail-over.test.ts: W15: a master of a cluster that is killed under load',
        'integration/cluster-frozen-master.test.ts: W15: a master of a cluster that freezes under load',
        'integration/cluster-frozen-master.test.ts: W15: what a daemon has claimed of a master that freezes is taken over from the next one',
        'integration/cluster-cut-off.test.ts: W15: a master of a cluster that is cut off from all others under load',
        'src/redis/cluster/silence.test.ts: a program leaves a node that is frozen once others name another one for the slot',
        'src/redis/cluster/slot-owner.test.ts: a node that is cut off from its cluster and takes itself for the owner is left',
        'src/redis/replicas.test.ts: on a cluster the question follows the slot, as the writes do, when a replica takes over',
      ],
      'tenants of one daemon share its executors by weight, whatever the length of their queues and jobs': [
        'integration/tenants.test.ts: a tenant with a long queue does not hold up those who come later',
        'integration/tenants.test.ts: short jobs of one tenant do not hold up those of another',
        'integration/tenants.test.ts: executors are shared by weight',
        'integration/tenants.test.ts: a tenant that is alone has all executors, and its queues are read in their order',
        'daemon/tenants/fair-share.test.ts: all the room is given, and no more',
      ],
      'tenants of one daemon: what is asked of one, or becomes of its jobs, is of that one': [
        'integration/tenants-life.test.ts: each tenant can be paused and asked about alone, and all of them as one',
        'integration/tenants-life.test.ts: a stop hands back what runs for every tenant',
        'integration/tenants-life.test.ts: a killed executor takes one job of one tenant along',
        'integration/tenants-life.test.ts: what a killed daemon has left with any tenant, another one runs',
        'integration/tenants-apart.test.ts: a tenant whose Redis stands still does not hold up the others, and goes on when it is back',
        'integration/tenants-apart.test.ts: a daemon starts with the tenants whose Redis answers, and begins with the others when theirs does',
        'integration/tenants-life.test.ts: a burst ends when the queues of all tenants are empty',
      ],
      'none lost that a replica had': [
        'integration/fail-over.test.ts: a master that is replaced by hand, then one that freezes, cost no job',
      ],
      'passwords of its own for Redis and the sentinels, in a URL and in a file': [
        'src/redis/sentinel-url.test.ts: URLs of Sentinel are understood',
        "daemon/config/formats.test.ts: the arguments of redis-py in RQ's SENTINEL are understood",
        'integration/sentinel-guarded.test.ts: sentinels and Redis that want passwords get each its own, from a file and from a URL',
      ],
      'enqueue and settle wait for replicas': [
        'src/redis/replicas.test.ts: a queue with waitReplicas enqueues what replicas have',
        'integration/wait-replicas.test.ts: with wait-replicas a daemon says when replicas lack what it settles',
      ],
      'TLS with authorities and certificates of our own': [
        'integration/tls.test.ts: over TLS, with an authority and a certificate of ours, jobs are enqueued, run and seen',
        'integration/tls.test.ts: a server whose certificate is not trusted is refused with the reason, and waited for',
        'integration/tls.test.ts: TLS to a port without it, and none to a port that wants it, are told of',
        'integration/sentinel-guarded.test.ts: over TLS to Redis and to the sentinels, with the rights of the page alone',
        'integration/cluster-tls.test.ts: a cluster over TLS with an authority of its own is worked on and seen',
      ],
      'least privileges': [
        'docs/redis.test.ts: under the rules of the page a daemon works, producers enqueue, viewers look',
        'docs/redis.test.ts: the rules of the page allow nothing else',
      ],
    },
  },
  W16: {
    title: 'Sentry',
    clauses: {
      'failed jobs with id, queue, function': [
        'integration/sentry.test.ts: W16: each job that fails for good is reported once, whatever ended it',
      ],
      'flushed before an executor exits': [
        'integration/sentry.test.ts: W16: each job that fails for good is reported once, whatever ended it',
        'integration/sentry.test.ts: W16: what was reported has left when a daemon ends',
      ],
      'Sentry being away holds up nothing': [
        'integration/sentry.test.ts: W16: a server that does not answer does not hold up jobs or the end',
      ],
    },
  },
  W17: {
    title: 'suspend, resume and the commands of RQ, in both directions',
    clauses: {
      'Python suspends and resumes ours': [
        'conformance/python-suspend.test.ts: P4 W17 rq suspend holds our workers, rq resume lets them go on',
        'src/worker/fetcher.test.ts: while RQ’s mark suspends all workers nothing is claimed',
      ],
      'Python drives ours': [
        'conformance/python-commands.test.ts: W17: kill-horse and shutdown as Python sends them drive our workers',
        'conformance/python-actions.test.ts: J12: send_stop_job_command of Python stops a job of ours',
      ],
      'we drive theirs': [
        'conformance/fleet-commands.test.ts: W17: rqctl stops a job, kills a horse, suspends and shuts down a Python',
        'conformance/python-actions.test.ts: J12: stop reaches a job that a Python worker runs',
      ],
      'suspend and resume of ours': ['daemon/cli/fleet-commands.test.ts: W17: suspend and resume --all set and remove'],
      'shutdown, kill-horse, stop-job, and nothing else': [
        'integration/commands.test.ts: W17: shutdown lets the running job end; told again, later, it waits no more',
        'integration/commands.test.ts: W17: kill-horse kills the process that runs the job, which fails',
        'integration/commands.test.ts: J12: stop ends a running job for good',
        'integration/commands.test.ts: W17: a stop for another job, another run or another worker harms nobody',
      ],
    },
  },
  W18: {
    title: 'scheduler',
    clauses: {
      'due jobs move to their queues': [
        'src/maintenance/scheduler.test.ts: W18 what is due is queued when it has started, what comes due later soon',
        'integration/scheduling.test.ts: J20 scheduled jobs run when their time has come, and not before',
      ],
      'one holder at a time': [
        'integration/scheduling.test.ts: W18 when the daemon that schedules is killed, another takes over within seconds',
        'conformance/python-scheduler.test.ts: J20 W18 Python’s scheduler and ours move 2,000 jobs once each',
        'conformance/python-dependencies.test.ts: W18 of Python’s schedulers and ours one holds the lock of a queue',
      ],
      'taken over within seconds': [
        'integration/scheduling.test.ts: W18 when the daemon that schedules is killed, another takes over within seconds',
        'src/maintenance/scheduler.test.ts: W18 a stopped scheduler leaves nothing behind, a dead one is followed',
      ],
    },
  },
}
