import type { Row } from './row.js'

/** J: jobs and enqueueing. */
export const rowsJ: Readonly<Record<string, Row>> = {
  J1: {
    title: 'enqueue a function or a name',
    clauses: {
      'a job comes back at once': [
        'src/queue.test.ts: the job that comes back tells what was enqueued, without asking',
      ],
      'positional arguments; keyword arguments as one object behind them': [
        'contract/promises.test.ts: J1 arguments reach the function',
        'conformance/python-producer.test.ts: job of stock Python runs, and Python reads all about it',
      ],
      'no result until it has finished': [
        'src/job.test.ts: null is a job that returned nothing, undefined one without a result',
        'src/job.test.ts: attributes are of the moment of fetching, until they are refreshed',
      ],
    },
  },
  J2: {
    title: 'pass a function reference',
    clauses: {
      'its importable name is found and verified': [
        'src/task-name.test.ts: an exported function is named by its module and export',
        'src/queue.test.ts: a function reference is written as its name',
      ],
      'an anonymous or nested function is refused with what to do': [
        'src/task-name.test.ts: what has no name is refused, with the reason and what to do',
        'src/enqueue-many.test.ts: one wrong call is named, and nothing is written',
      ],
      'a function of the entry script is refused': [
        'src/task-name.test.ts: a function of the script that runs now is refused',
      ],
    },
  },
  J3: {
    title: 'pass a name, for code that lives only on the worker',
    clauses: {
      'module paths, module:export, class methods': [
        'src/run/resolve.test.ts: every form of name finds its function',
        'src/queue.test.ts: a default export is enqueued by the name that executors know',
      ],
      'what is no name is refused': ['src/queue.test.ts: what is wrong is refused by name, and nothing is written'],
    },
  },
  J4: {
    title: 'options of a job',
    clauses: {
      'limits, TTLs, id, front, description, meta, retry, repeat, callbacks': [
        'src/enqueue-options.test.ts: J4 with all options, a job is what RQ 2.10 makes of it',
        'src/queue.test.ts: every option is written',
      ],
      dependsOn: ['src/enqueue-options.test.ts: J10 deferred jobs are what RQ 1.13 makes of them'],
      webhooks: [
        'integration/webhooks.test.ts: J4: the daemon sends the webhooks of jobs that have ended, and again where that fails',
        'integration/webhooks.test.ts: P2: webhooks that Python wrote are sent',
      ],
      unique: ['src/enqueue-options.test.ts: J4 a unique id that exists is refused by name, and nothing is written'],
      group: ['src/enqueue-options.test.ts: J21 a group is what RQ 2.10 makes of it'],
      'explicit args and kwargs where names clash': [
        'contract/promises.test.ts: J4 a keyword argument may have the name of an option',
      ],
    },
  },
  J5: {
    title: 'durations',
    clauses: {
      'seconds, text with a unit, -1 for never': ['src/duration.test.ts: seconds and text with a unit are understood'],
      'bad text is refused by name': [
        'src/duration.test.ts: anything else is refused with its name, what was found and what is expected',
        'src/queue.test.ts: what is wrong is refused by name, and nothing is written',
      ],
    },
  },
  J6: {
    title: 'defaults',
    clauses: {
      'timeout 180 s': ['src/queue.test.ts: the job that comes back tells what was enqueued, without asking'],
      'result TTL 500 s, failure TTL a year, ttl none': [
        'contract/promises.test.ts: J6 what no option says: no ttl, results for 500 s, failures for a year',
      ],
      'result TTL 0 and -1': [
        'contract/promises.test.ts: J6 a result TTL of 0 keeps nothing, one of -1 keeps it for ever',
        'src/redis/lua/finish.test.ts: result TTL 0 deletes the job',
      ],
    },
  },
  J7: {
    title: 'the queue object',
    clauses: {
      'count, isEmpty, jobIds, jobs, getJobPosition': [
        'src/queue-contents.test.ts: J7 count, ids, jobs and positions of what waits, the next one first',
        'src/queue-contents.test.ts: J7 a queue that nothing was put on is empty, and unknown',
      ],
      fetchJob: ['src/queue-contents.test.ts: J7 fetchJob gives a job of this queue in any state, and none of another'],
      empty: ['src/queue-contents.test.ts: J7 empty deletes what waits; the queue stays known'],
      'delete, with the jobs or without': [
        'src/queue-contents.test.ts: J7 delete forgets the queue, with its jobs or without',
      ],
      enqueueMany: [
        'src/enqueue-many.test.ts: many jobs are in Redis what single ones are, in both serializers',
        'src/enqueue-many.test.ts: the jobs come back in order, each as enqueue gives it',
      ],
      'enqueueAt, enqueueIn': [
        'src/enqueue-options.test.ts: J20 a scheduled job is what RQ 1.13 makes of it',
        'src/enqueue-options.test.ts: J20 enqueueIn counts from now, with options as everything else',
      ],
      'a default timeout of its own': ['src/queue.test.ts: limit holds for jobs without one; -1 is none'],
      'it exists as soon as something is put on it': [
        'src/queue-contents.test.ts: J7 all known queues, by name, with the options that were given',
        'src/queue.test.ts: a job has the fields that RQ 2.10 writes, with the same content, in both serializers',
      ],
      'as Python has it': [
        'conformance/queue-and-registries.test.ts: J7 J18 P4 what Python has put there, we read as Python does',
        'conformance/queue-and-registries.test.ts: J7 J18 P4 our changes leave the same keys as those of Python',
      ],
    },
  },
  J8: {
    title: 'job(queue, options)(fn).delay(…)',
    clauses: {
      'wraps and enqueues': ['src/delayed.test.ts: J8 a function given to job can be called as before, and delayed'],
      'with all options of a job': ['contract/promises.test.ts: J8 a delayed function takes every option of a job'],
    },
  },
  J9: {
    title: 'a queue that runs its jobs in this process',
    clauses: {
      'runs at once, recorded in Redis': [
        'src/worker/run-here.test.ts: J9: a job runs at once and is recorded like any other',
        'src/worker/run-here.test.ts: J9: a failure is recorded with its traceback, and is not tried again',
        'src/worker/run-here.test.ts: J9: Python reads what was run',
      ],
    },
  },
  J10: {
    title: 'dependencies',
    clauses: {
      'enqueued only when all have finished well': [
        'src/redis/lua/placement.test.ts: J10 a job whose parents have not all finished is deferred',
        'src/redis/lua/placement.test.ts: a deferred job is queued by the finish of its last parent',
        'conformance/python-dependencies.test.ts: J10 Python sees our deferred jobs, and its worker releases',
      ],
      allowFailure: ['integration/dependencies.test.ts: J10 a failed parent leaves its child deferred'],
      enqueueAtFront: ['contract/promises.test.ts: J10 a child may go before all that wait when it is released'],
      'chains and diamonds': ['integration/dependencies.test.ts: J10 a chain and a diamond run in their order'],
      'a failed parent leaves the child deferred': [
        'integration/dependencies.test.ts: J10 a failed parent leaves its child deferred',
      ],
      'cancel and delete handle dependents': [
        'src/redis/lua/cancel.test.ts: J10: dependents go on waiting, or are queued where that is asked for',
        'src/redis/lua/delete.test.ts: J10: with its dependents, all that wait for it directly or not go',
      ],
    },
  },
  J11: {
    title: 'fetch jobs and read them',
    clauses: {
      'fetch and refresh; a missing id is an error': [
        'src/job.test.ts: a missing job has an error of its own, at fetch and at refresh',
      ],
      'fetchMany gives null': ['src/job-actions.test.ts: J11: fetchMany gives the jobs in order, with null'],
      'every attribute': [
        'contract/promises.test.ts: J11 what a job that has ended tells',
        'src/job-actions.test.ts: J11: all attributes have names',
      ],
      'what Python has written': ['src/job.test.ts: finished jobs of both serializers tell what they were'],
    },
  },
  J12: {
    title: 'cancel, delete, requeue, stop',
    clauses: {
      cancel: [
        'src/redis/lua/cancel.test.ts: J12: a job that waits is taken off its queue, every time it is on it',
        'src/job-actions.test.ts: J12: cancel is refused where the job is canceled already, or missing',
      ],
      delete: [
        'src/redis/lua/delete.test.ts: J12: whatever its status, nothing of a job is left',
        'src/job-actions.test.ts: J12: delete says how many there were',
      ],
      requeue: [
        'src/job-actions.test.ts: J12: requeue takes failed and stopped jobs, and refuses others by their status',
      ],
      stop: [
        'src/job-actions.test.ts: J12: stop is for jobs that run, on workers that listen',
        'integration/commands.test.ts: J12: stop ends a running job for good',
      ],
      'as Python does it': ['conformance/python-actions.test.ts: J12: cancel and delete leave what RQ leaves'],
    },
  },
  J13: {
    title: 'meta',
    clauses: {
      'saved in either serializer': ['src/job-actions.test.ts: J13: meta is one object that can be changed and saved'],
      'from inside the running job': ['integration/current-job.test.ts: J13: what a job saves is there while it runs'],
      'Python reads it': ['conformance/python-actions.test.ts: J13: meta that we save is read by Python'],
    },
  },
  J14: {
    title: 'the current job',
    clauses: {
      'across await, several at a time': [
        'integration/current-job.test.ts: J14: a job knows itself behind await',
        'integration/current-job.test.ts: J14: several jobs in one executor each see themselves',
      ],
      'undefined outside': ['integration/current-job.test.ts: J14: there is no current job outside of one'],
      'what J11 lists': ['contract/promises.test.ts: J14 a job can look itself up while it runs'],
    },
    unproven: ['startedAt and workerName within its first 50 ms: they are written when it has run that long'],
  },
  J15: {
    title: 'ttl',
    clauses: {
      'a job not started in time is never run': ['contract/promises.test.ts: J15 a job that is not started in its ttl'],
      'one that was taken in time is run': ['src/redis/lua/claim.test.ts: a claimed job does not expire any more'],
    },
  },
  J16: {
    title: 'results',
    clauses: {
      'stored, the newest and all of them': [
        'src/job.test.ts: attributes are of the moment of fetching, until they are refreshed',
        'src/job-actions.test.ts: J16: results gives all that are kept, the newest first',
      ],
      'nothing returned': [
        'src/redis/lua/finish.test.ts: no value means no return_value, which RQ reads as None',
        'conformance/python-producer.test.ts: a pickled job that returns nothing gives Python None',
      ],
    },
  },
  J17: {
    title: 'retries',
    clauses: {
      'one interval or a list': [
        'src/retry.test.ts: J17 one interval or a list of them, in any form of a duration',
        'src/job/settle.test.ts: the first interval serves all retries beyond the list',
      ],
      '0 is at once': ['src/worker.test.ts: retries without an interval are run in the same burst'],
      'otherwise by the scheduler': [
        'integration/scheduling.test.ts: J17 a delayed retry comes back with no other scheduler running',
        'src/testing/advance.test.ts: J17 J20 delayed retries and repeats come when their time has',
      ],
      'exponential with jitter': [
        'src/retry.test.ts: exponential waits are whole seconds within their jitter, whatever the options',
        'src/enqueue-options.test.ts: J17 exponential waits are drawn for each job',
      ],
    },
  },
  J18: {
    title: 'registries',
    clauses: {
      'jobIds, count, contains, remove, getExpirationTime, of all six': [
        'src/registries/registry.test.ts: J18 ${kind.name}: count, ids, contains, times, remove',
        'conformance/queue-and-registries.test.ts: J7 J18 P4 what we have put there, Python reads as we do',
      ],
      requeue: ['src/registries/registry.test.ts: J18 requeue puts a failed job back, last or first'],
      cleanup: [
        'src/registries/registry.test.ts: J18 finished and failed jobs that have run out are gone to readers',
        'src/registries/registry.test.ts: J18 cleanup of started jobs reserves the abandoned',
      ],
    },
  },
  J19: {
    title: 'connections',
    clauses: {
      'explicit, several at once': ['src/testing.test.ts: queues of two connections are refused'],
      'nested contexts': ['src/connections.test.ts: J19: the innermost context counts, across await'],
      'push and pop': ['src/connections.test.ts: J19: push and pop nest, here and within a context'],
      'no global state otherwise': ['src/connections.test.ts: J19: without any, a queue and a job are refused'],
    },
  },
  J20: {
    title: 'scheduling',
    clauses: {
      'enqueueAt, enqueueIn': [
        'src/enqueue-options.test.ts: J20 a scheduled job is what RQ 1.13 makes of it',
        'src/enqueue-options.test.ts: J20 enqueueIn counts from now, with options as everything else',
        'integration/scheduling.test.ts: J20 scheduled jobs run when their time has come, and not before',
        'conformance/python-scheduler.test.ts: J20 W18 Python’s scheduler and ours move 2,000 jobs once each',
      ],
      'repeat n times': [
        'src/worker.test.ts: J21, J20: callbacks are called, and a repeat without an interval runs again',
        'src/redis/lua/finish.test.ts: J20: a job with repeats left is finished and scheduled in one step',
        'src/testing/advance.test.ts: J17 J20 delayed retries and repeats come when their time has',
      ],
      'cron, with its time zone': [
        'src/cron/schedule.test.ts: J20 five and six fields, names, blanks between',
        'src/cron/daylight.test.ts: J20 two daylight changes in three zones: each tick once, and exactly those',
        'integration/cron.test.ts: J20 a daemon runs its cron entries, says so, and shows them',
      ],
      'one leader for each entry, followed by another': [
        'src/cron/scheduler.test.ts: J20 when its holder is gone, an entry is taken over',
        'integration/cron.test.ts: J20 two daemons with the same entries, killed in turn: each second once, none missed',
      ],
      'optional back-fill': [
        'src/cron/due.test.ts: J20 without back-fill what is late by seconds fires, what is missed does not',
        'src/cron/due.test.ts: J20 with back-fill all that was missed fires in order, within its bounds',
        'src/cron/scheduler.test.ts: J20 schedulers that are killed, frozen and woken: no tick twice, with back-fill none missed',
      ],
    },
  },
  J21: {
    title: 'callbacks and groups',
    clauses: {
      'success: the job first, then the result': [
        'src/run/callbacks.test.ts: J21: success is called with the job first',
      ],
      'failure: the job, type, value, traceback': [
        'src/run/callbacks.test.ts: J21: failure is called with the job, the type',
      ],
      'a limit of their own': [
        'src/run/callbacks.test.ts: J21: a callback that does not end within its limit fails',
        'integration/callbacks.test.ts: J21: a callback that blocks its executor is ended at its limit',
      ],
      'between the languages': [
        'conformance/python-callbacks.test.ts: J21: callbacks of a ${serializer} job of stock Python are called here',
        'conformance/python-callbacks.test.ts: J21: callbacks of our jobs are called by stock Python',
      ],
      groups: [
        'src/enqueue-options.test.ts: J21 a group is what RQ 2.10 makes of it',
        'src/group.test.ts: J21 a group knows its jobs on all queues, and leaves out those that are gone',
        'src/group.test.ts: J21 a job that is deleted or finished for good leaves its group; the last takes it along',
      ],
      'stopped: the job': [
        'integration/callbacks.test.ts: J21, J4: the stopped callback is called with the job, wherever there is room',
        'src/worker.test.ts: J12, J21: it ends a job that is stopped, calls the stopped callback, and goes on',
      ],
    },
  },
}
