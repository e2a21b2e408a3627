import type { Redis } from 'ioredis'
import { createKeys } from '../src/redis/keys.js'
import { rqdProgram } from './ours.js'
import { compiled, peerFile } from './paths.js'
import type { Place, Program, Side } from './side.js'

const keys = createKeys()

async function sum(counts: Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0)
}

/** Jobs in RQ's layout count as done when they are in the registry of finished jobs. */
const rqLayout = {
  done: (redis: Redis, queues: readonly string[]) => sum(queues.map((queue) => redis.zcard(keys.finished(queue)))),
  waiting: (queue: string) => keys.queue(queue),
}

const node = (file: string, ...args: string[]): Program => ({ command: process.execPath, args: [file, ...args] })
/** Debian's Python, the one that its package python3-rq serves. */
const python = (...args: string[]): Program => ({ command: '/usr/bin/python3', args })

type Driver = Side['driver']
const nodeDriver =
  (file: string): Driver =>
  (command, given) =>
    node(peerFile(file), command, JSON.stringify(given))
const rqDriver: Driver = (command, given) => python(peerFile('python_rq.py'), command, JSON.stringify(given))

const worker =
  (driver: Driver, more: Record<string, unknown> = {}) =>
  ({ path, queues, width }: Place): Program =>
    driver('work', { path, queues, concurrency: width, ...more })

const bullKey = (queue: string, name: string): string => `bull:${queue}:${name}`
const bullmq = {
  driver: nodeDriver('bullmq.mjs'),
  done: (redis: Redis, queues: readonly string[]) =>
    sum(queues.map((queue) => redis.zcard(bullKey(queue, 'completed')))),
  waiting: (queue: string) => bullKey(queue, 'wait'),
  // Its workers wait for this mark, not for the list.
  wake: (redis: Redis, queue: string) => redis.zadd(bullKey(queue, 'marker'), 0, '0'),
}

export const ours: Side = {
  id: 'ours',
  title: 'rqd, 2 executors',
  widths: [1],
  sleepWidth: 50,
  maxJobs: Infinity,
  worker: (place) => rqdProgram(place),
  driver: nodeDriver('ours.mjs'),
  ...rqLayout,
}

/** Everything that can be compared. */
export const allSides: readonly Side[] = [
  ours,
  {
    id: 'ceiling',
    title: 'Redis alone: claim and finish scripts',
    widths: [2, 4],
    sleepWidth: 1,
    maxJobs: Infinity,
    worker: ({ path, queues, width }) => node(compiled('bench/ceiling.js'), path, String(width), ...queues),
    driver: ours.driver,
    ...rqLayout,
  },
  {
    id: 'bee-queue',
    title: 'bee-queue 2.0 in-process',
    widths: [20, 50, 100],
    sleepWidth: 100,
    maxJobs: Infinity,
    driver: nodeDriver('bee-queue.mjs'),
    worker: worker(nodeDriver('bee-queue.mjs')),
    // It keeps nothing of a job that is done.
    done: async (redis, queues, total) => total - (await sum(queues.map((queue) => redis.hlen(`bq:${queue}:jobs`)))),
    waiting: (queue) => `bq:${queue}:waiting`,
  },
  {
    ...bullmq,
    id: 'bullmq',
    title: 'BullMQ 6.7 in-process',
    widths: [20, 50, 100],
    sleepWidth: 100,
    maxJobs: Infinity,
    worker: worker(bullmq.driver),
  },
  {
    ...bullmq,
    id: 'bullmq-sandboxed',
    title: 'BullMQ 6.7 sandboxed',
    widths: [4, 16],
    sleepWidth: 16,
    maxJobs: 3_000,
    worker: worker(bullmq.driver, { sandboxed: true }),
  },
  {
    id: 'rq',
    title: 'Python RQ 1.13 Worker',
    widths: [1],
    sleepWidth: 1,
    maxJobs: 150,
    driver: rqDriver,
    worker: worker(rqDriver),
    ...rqLayout,
  },
  {
    id: 'rq-simple',
    title: 'Python RQ 1.13 SimpleWorker',
    widths: [1],
    sleepWidth: 1,
    maxJobs: 500,
    driver: rqDriver,
    worker: worker(rqDriver, { simple: true }),
    ...rqLayout,
  },
]
