import type { Redis } from 'ioredis'
import { ResultType } from '../src/job/result.js'
import { createKeys } from '../src/redis/keys.js'
import type { Place } from './places.js'

const keys = createKeys()
const settledStatuses: ReadonlySet<string> = new Set(['finished', 'failed', 'stopped', 'canceled'])

/** Which of these jobs are settled, and the statuses of all, as one text that changes when anything moves. */
export async function lookAtStatuses(redis: Redis, ids: readonly string[]): Promise<{ left: string[]; shape: string }> {
  const statuses = await pipelined(redis, ids, (pipeline, id) => pipeline.hget(keys.job(id), 'status'))
  const left = ids.filter((_, i) => !settledStatuses.has(String(statuses[i])))
  return { left, shape: statuses.map((status) => String(status).slice(0, 2)).join('') }
}

/** Where Redis has each job. */
export async function lookAtPlaces(
  redis: Redis,
  ids: readonly string[],
  queues: readonly string[],
): Promise<Map<string, Place>> {
  const waiting = new Finds()
  const popped = new Finds()
  const claimed = new Finds()
  const filed = new Finds()
  for (const queue of queues) {
    for (const id of await redis.lrange(keys.queue(queue), 0, -1)) waiting.add(id, queue)
    for (const id of await redis.lrange(keys.intermediate(queue), 0, -1)) popped.add(id, queue)
    for (const [name, key] of registriesOf(queue)) {
      // A started job is a member as ID:EXECUTION, or as its id alone by older workers.
      for (const member of await redis.zrange(key, '0', '-1')) filed.add(member.split(':')[0] ?? '', `${name} ${queue}`)
    }
  }
  const claimsPrefix = keys.claims('')
  for (const key of await redis.keys(`${claimsPrefix}*`)) {
    for (const claim of Object.values(await redis.hgetall(key))) {
      claimed.add((JSON.parse(claim) as { id: string }).id, key.slice(claimsPrefix.length, claimsPrefix.length + 8))
    }
  }
  const statuses = await pipelined(redis, ids, (pipeline, id) => pipeline.hget(keys.job(id), 'status'))
  const exists = await pipelined(redis, ids, (pipeline, id) => pipeline.exists(keys.job(id)))
  const results = await pipelined(redis, ids, (pipeline, id) => pipeline.xrange(keys.results(id), '-', '+'))
  const places = ids.map((id, i): [string, Place] => [
    id,
    {
      status: exists[i] === 1 ? String(statuses[i]) : undefined,
      queues: waiting.of(id),
      intermediates: popped.of(id),
      claims: claimed.of(id),
      registries: filed.of(id),
      successes: successesIn(results[i]),
    },
  ])
  return new Map(places)
}

function registriesOf(queue: string): [string, string][] {
  return [
    ['started', keys.started(queue)],
    ['finished', keys.finished(queue)],
    ['failed', keys.failed(queue)],
    ['scheduled', keys.scheduled(queue)],
    ['deferred', keys.deferred(queue)],
    ['canceled', keys.canceled(queue)],
  ]
}

function successesIn(entries: unknown): number {
  return (entries as [string, string[]][]).filter(([, fields]) => {
    return fields[fields.indexOf('type') + 1] === String(ResultType.successful)
  }).length
}

class Finds {
  readonly #found = new Map<string, string[]>()

  add(id: string, where: string): void {
    this.#found.set(id, [...this.of(id), where])
  }

  of(id: string): readonly string[] {
    return this.#found.get(id) ?? []
  }
}

type Pipeline = ReturnType<Redis['pipeline']>

async function pipelined(
  redis: Redis,
  ids: readonly string[],
  ask: (pipeline: Pipeline, id: string) => unknown,
): Promise<unknown[]> {
  const answers: unknown[] = []
  for (let at = 0; at < ids.length; at += 1_000) {
    const pipeline = redis.pipeline()
    for (const id of ids.slice(at, at + 1_000)) ask(pipeline, id)
    for (const [error, answer] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error
      answers.push(answer)
    }
  }
  return answers
}
