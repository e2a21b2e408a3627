import { defineScript } from './script.js'
import { lua, type LuaSource } from './scripts.generated.js'

/** A second opinion on one finding of fsck: see lua/include/fsck.lua. */
const opinion = (source: LuaSource) =>
  defineScript({
    source,
    keys: ['key'],
    // prettier-ignore
    args: ['prefix', 'id', 'queue', 'entry', 'place', 'seen', 'waitMs', 'nowIso', 'traceback', 'excString'],
  })

/** Every script of rqd with the names of its keys and arguments, in the order of its header in src/redis/lua. */
export const scripts = {
  enqueue: defineScript({
    source: lua.enqueue,
    keys: ['queues'],
    args: ['prefix', 'allOrNone', 'jobs'],
  }),
  claim: defineScript({
    source: lua.claim,
    keys: ['claims', 'supervisors', 'supervisor', 'suspended', 'paused'],
    args: ['prefix', 'supervisorId', 'executionPrefix', 'limit', 'lookAt', 'timeoutSec', 'ticket'],
  }),
  resumeQueues: defineScript({ source: lua.resumeQueues, keys: ['paused'], args: [] }),
  fleet: defineScript({ source: lua.fleet, keys: ['supervisors', 'workers'], args: ['prefix'] }),
  disarm: defineScript({ source: lua.disarm, keys: ['supervisor'], args: ['ticket'] }),
  start: defineScript({
    source: lua.start,
    keys: ['claims'],
    args: ['prefix', 'workerTtlSec', 'bare'],
    record: ['execution', 'jobId', 'queue', 'worker', 'startedAt', 'markSec'],
  }),
  beat: defineScript({
    source: lua.beat,
    keys: ['supervisors', 'claims', 'workers', 'supervisor', 'orders'],
    // prettier-ignore
    args: ['prefix', 'supervisorId', 'leaseMs', 'workerTtlSec', 'nowIso', 'queues', 'workerCount', 'bare', 'summary', 'orderLimit', 'answerMs'],
    record: ['execution', 'jobId', 'queue', 'worker', 'markSec', 'workSec'],
  }),
  order: defineScript({
    source: lua.order,
    keys: ['supervisors', 'supervisor', 'orders', 'answer'],
    args: ['supervisorId', 'order', 'method', 'expiryMs', 'answerMs', 'most', 'channel'],
  }),
  answerOrder: defineScript({ source: lua.answerOrder, keys: ['answer'], args: ['answerMs'] }),
  finish: defineScript({
    source: lua.finish,
    keys: ['claims'],
    args: ['prefix', 'workerTtlSec', 'records'],
    // prettier-ignore
    record: ['execution', 'jobId', 'queue', 'worker', 'shown', 'resultTtlSec', 'value', 'startedAt', 'endedAt', 'started', 'ended', 'workSec', 'repeat'],
  }),
  fail: defineScript({
    source: lua.fail,
    keys: ['claims'],
    args: ['prefix', 'workerTtlSec', 'records'],
    // prettier-ignore
    record: ['execution', 'jobId', 'queue', 'worker', 'shown', 'status', 'failureTtlSec', 'resultsTtlSec', 'traceback', 'startedAt', 'endedAt', 'started', 'ended', 'workSec', 'certificate', 'unreadable', 'output'],
  }),
  retry: defineScript({
    source: lua.retry,
    keys: ['claims'],
    args: ['prefix', 'workerTtlSec'],
    // prettier-ignore
    record: ['execution', 'jobId', 'queue', 'worker', 'retriesLeft', 'delaySec', 'atFront', 'ttlSec', 'endedAt', 'workSec', 'deaths'],
  }),
  handBack: defineScript({
    source: lua.handBack,
    keys: ['claims'],
    args: ['prefix', 'nowIso'],
    record: ['execution', 'jobId', 'queue', 'origin', 'worker', 'ttlSec'],
  }),
  hold: defineScript({
    source: lua.hold,
    keys: ['claims', 'supervisors', 'queues', 'job'],
    args: ['prefix', 'supervisorId', 'execution', 'jobId', 'queue', 'unique'],
  }),
  register: defineScript({
    source: lua.register,
    keys: ['supervisors', 'supervisor', 'workers'],
    args: ['prefix', 'supervisorId', 'leaseMs', 'workerTtlSec', 'supervisorFields', 'queues'],
    record: ['worker', 'fields'],
  }),
  deregister: defineScript({
    source: lua.deregister,
    keys: ['supervisors', 'supervisor', 'claims', 'workers'],
    args: ['prefix', 'supervisorId', 'nowIso', 'queues'],
    record: ['worker'],
  }),
  enlist: defineScript({
    source: lua.enlist,
    keys: ['supervisors', 'supervisor', 'workers'],
    args: ['prefix', 'supervisorId', 'workerTtlSec', 'queues', 'allWorkers'],
    record: ['worker', 'fields'],
  }),
  dismiss: defineScript({
    source: lua.dismiss,
    keys: ['supervisor', 'workers'],
    args: ['prefix', 'supervisorId', 'nowIso', 'queues', 'allWorkers'],
    record: ['worker'],
  }),
  recover: defineScript({
    source: lua.recover,
    keys: ['supervisors', 'supervisor', 'claims', 'workers'],
    args: ['prefix', 'supervisorId', 'proved', 'limit', 'nowIso'],
  }),
  requeue: defineScript({
    source: lua.requeue,
    keys: ['failed', 'queueKey'],
    args: ['prefix', 'queue', 'nowIso', 'emptyTraceback', 'atFront'],
    record: ['jobId'],
  }),
  enqueueNow: defineScript({
    source: lua.enqueueNow,
    keys: ['scheduled', 'queueKey', 'schedulerLock'],
    args: ['prefix', 'queue', 'nowIso'],
    record: ['jobId'],
  }),
  cancel: defineScript({
    source: lua.cancel,
    keys: ['job'],
    args: ['prefix', 'jobId', 'enqueueDependents', 'nowIso'],
  }),
  delete: defineScript({
    source: lua.delete,
    keys: ['job'],
    args: ['prefix', 'jobId', 'queue', 'withDependents'],
  }),
  stop: defineScript({ source: lua.stop, keys: ['job'], args: ['prefix', 'jobId'] }),
  historyAdd: defineScript({
    source: lua.historyAdd,
    keys: ['hours'],
    args: ['keepSec'],
    record: ['ageMs', 'part'],
  }),
  historyTurn: defineScript({ source: lua.historyTurn, keys: ['sampler'], args: ['id', 'leaseMs'] }),
  saveMeta: defineScript({ source: lua.saveMeta, keys: ['job'], args: ['meta', 'execution'] }),
  sweepAbandoned: defineScript({
    source: lua.sweepAbandoned,
    keys: ['started', 'reservations', 'supervisors'],
    // prettier-ignore
    args: ['prefix', 'queue', 'nowIso', 'traceback', 'excString', 'settleMs', 'beatMs', 'holdSec', 'limit', 'failureTtlSec'],
  }),
  sweepIntermediate: defineScript({
    source: lua.sweepIntermediate,
    keys: ['intermediate', 'queueKey', 'seen', 'supervisors'],
    args: ['prefix', 'queue', 'nowIso', 'ageMs', 'limit'],
  }),
  sweepRegistries: defineScript({
    source: lua.sweepRegistries,
    keys: ['finished', 'failed', 'queueWorkers', 'workers'],
    args: ['prefix', 'limit'],
  }),
  promote: defineScript({
    source: lua.promote,
    keys: ['scheduler'],
    args: ['prefix', 'name', 'ttlSec', 'nowIso', 'limit', 'fields'],
  }),
  purgeGroup: defineScript({
    source: lua.purgeGroup,
    keys: ['groups', 'group'],
    args: ['prefix', 'name', 'cursor', 'count'],
  }),
  takeWebhooks: defineScript({
    source: lua.takeWebhooks,
    keys: ['webhooks'],
    args: ['prefix', 'limit', 'longestSec', 'marginMs'],
  }),
  settleWebhook: defineScript({
    source: lua.settleWebhook,
    keys: ['webhooks', 'webhook'],
    args: ['entry', 'attempts', 'delayMs'],
  }),
  retireScheduler: defineScript({ source: lua.retireScheduler, keys: ['scheduler'], args: ['prefix', 'name'] }),
  cronHold: defineScript({
    source: lua.cronHold,
    keys: ['entries'],
    args: ['prefix', 'scheduler', 'leaseMs', 'keepMs', 'sinceMs'],
    record: ['name', 'schedule', 'shown'],
  }),
  cronFire: defineScript({
    source: lua.cronFire,
    keys: ['entry', 'history', 'queues'],
    args: ['prefix', 'scheduler', 'schedule', 'tickMs', 'nowIso', 'job'],
  }),
  cronRelease: defineScript({
    source: lua.cronRelease,
    keys: ['schedulers'],
    args: ['prefix', 'scheduler'],
    record: ['name'],
  }),
  cronAnnounce: defineScript({
    source: lua.cronAnnounce,
    keys: ['schedulers', 'scheduler'],
    args: ['name', 'now', 'ttlSec'],
    record: ['field', 'value'],
  }),
  shiftScheduled: defineScript({ source: lua.shiftScheduled, keys: [], args: ['bySec'] }),
  queueSummary: defineScript({ source: lua.queueSummary, keys: [], args: ['prefix'] }),
  emptyQueue: defineScript({
    source: lua.emptyQueue,
    keys: ['queueKey', 'queues'],
    args: ['prefix', 'limit', 'forget'],
  }),
  deleteQueue: defineScript({ source: lua.deleteQueue, keys: ['queueKey', 'queues'], args: [] }),
  compactQueue: defineScript({
    source: lua.compactQueue,
    keys: ['queueKey'],
    args: ['prefix', 'passOver', 'limit'],
  }),
  registryPage: defineScript({
    source: lua.registryPage,
    keys: ['registry'],
    args: ['expires', 'first', 'last', 'highestFirst'],
  }),
  registryFind: defineScript({
    source: lua.registryFind,
    keys: ['registry'],
    args: ['prefix', 'jobId', 'expires', 'withExecutions'],
  }),
  registryRemove: defineScript({
    source: lua.registryRemove,
    keys: ['registry'],
    args: ['prefix', 'jobId', 'deleteJob', 'withExecutions'],
  }),
  fsckQueued: opinion(lua.fsckQueued),
  fsckStarted: opinion(lua.fsckStarted),
  fsckUnfiled: opinion(lua.fsckUnfiled),
  fsckAbandoned: opinion(lua.fsckAbandoned),
  fsckDaemon: opinion(lua.fsckDaemon),
  fsckListed: opinion(lua.fsckListed),
  fsckDouble: opinion(lua.fsckDouble),
  fsckElsewhere: opinion(lua.fsckElsewhere),
  fsckIntermediate: opinion(lua.fsckIntermediate),
  fsckEntry: opinion(lua.fsckEntry),
  fsckDeferred: opinion(lua.fsckDeferred),
  fsckMember: opinion(lua.fsckMember),
  fsckExpire: opinion(lua.fsckExpire),
  fsckEnlist: opinion(lua.fsckEnlist),
  fsckStub: opinion(lua.fsckStub),
  fsckStrange: opinion(lua.fsckStrange),
} as const
