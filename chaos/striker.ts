import { setTimeout as delay } from 'node:timers/promises'
import type { Strike } from './blame.js'
import { nowMs } from './clock.js'
import type { Fleet, Unit } from './fleet.js'
import type { PlannedStrike } from './plan.js'
import { childrenOf, descendantsOf, isAlive, signalProcess, titleOf, type ProcessId } from './processes.js'
import type { RedisServer } from './redis-server.js'

/** How long a strike waits for something to hit. */
const AIM_BOUND_MS = 5_000
/** How long the successor of a killed executor is waited for. */
const READY_BOUND_MS = 20_000

/** What a strike leaves to be done, and the record of it. */
type Blow = Pick<Strike, 'pids' | 'atMs' | 'unit'> & {
  readonly undo?: Promise<void>
  readonly readyMs?: Promise<number | undefined>
}

/** Performs strikes. What lasts goes on while the next ones fall. */
export class Striker {
  readonly #fleet: Fleet
  readonly #redis: RedisServer
  readonly #signal: AbortSignal
  readonly #pending: Promise<Strike>[] = []

  constructor(fleet: Fleet, redis: RedisServer, signal: AbortSignal) {
    this.#fleet = fleet
    this.#redis = redis
    this.#signal = signal
  }

  get performed(): number {
    return this.#pending.length
  }

  async strike(planned: PlannedStrike): Promise<void> {
    const blow = await this.#blow(planned)
    const n = this.#pending.length + 1
    const record = async (): Promise<Strike> => {
      await blow.undo
      const untilMs = blow.undo === undefined ? blow.atMs : nowMs()
      const { unit, pids, atMs } = blow
      return { n, kind: planned.kind, unit, pids, atMs, untilMs, readyMs: await blow.readyMs }
    }
    const recorded = record()
    recorded.catch(() => undefined)
    this.#pending.push(recorded)
    // Redis comes back before anything else happens: nothing can be learnt from daemons that have none.
    if (planned.kind === 'redis') await recorded
  }

  /** All strikes, once the last is undone. */
  records(): Promise<Strike[]> {
    return Promise.all(this.#pending)
  }

  async #blow(planned: PlannedStrike): Promise<Blow> {
    const { kind, aim, lastsMs, late } = planned
    if (kind === 'redis') return this.#killRedis()
    if (kind === 'freeze-redis') return this.#freezeRedis(lastsMs)
    const unit = await this.#await(() => this.#aim(kind === 'python', aim[0]))
    const id = unit?.process.id
    const name = unit?.process.name ?? 'none'
    const missed = { unit: name, pids: [], atMs: nowMs() }
    if (unit === undefined || id === undefined) return missed
    switch (kind) {
      case 'supervisor':
      case 'python':
        return this.#send(name, [id], 'SIGKILL')
      case 'tree':
        return this.#send(name, [id, ...descendantsOf(id.pid)], 'SIGKILL')
      case 'executor':
        return this.#killExecutor(unit, id, aim[1])
      case 'freeze':
        return this.#freeze(unit, id, lastsMs)
      case 'freeze-executor': {
        const executor = await this.#await(() => choose(childrenOf(id.pid), aim[1]))
        if (executor === undefined) return missed
        const blow = this.#send(name, [executor], 'SIGSTOP')
        return { ...blow, undo: this.#thaw(executor, lastsMs) }
      }
      case 'cut':
        unit.proxy?.cut()
        return { unit: name, pids: [id.pid], atMs: nowMs() }
      case 'hole': {
        const atMs = nowMs()
        return { unit: name, pids: [id.pid], atMs, undo: unit.proxy?.hole(lastsMs, late) ?? Promise.resolve() }
      }
    }
  }

  #send(unit: string, targets: readonly ProcessId[], signal: NodeJS.Signals): Blow {
    const atMs = nowMs()
    const hit = targets.filter((target) => signalProcess(target, signal))
    return { unit, pids: hit.map(({ pid }) => pid), atMs }
  }

  async #killExecutor(unit: Unit, supervisor: ProcessId, aim: number): Promise<Blow> {
    const executor = await this.#await(() => choose(childrenOf(supervisor.pid), aim))
    if (executor === undefined) return { unit: unit.process.name, pids: [], atMs: nowMs() }
    const before = serving(supervisor.pid)
    const blow = this.#send(unit.process.name, [executor], 'SIGKILL')
    // Python has no executors that wait for a job, and a spare serves nobody yet.
    if (unit.process.program.isPython || blow.pids.length === 0 || !before.has(executor.pid)) return blow
    return { ...blow, readyMs: this.#untilReady(unit, supervisor, before.size, executor.pid, blow.atMs) }
  }

  /** Undefined if its supervisor died or was stopped in between: that is no measure of anything. */
  async #untilReady(
    unit: Unit,
    supervisor: ProcessId,
    wanted: number,
    killedPid: number,
    atMs: number,
  ): Promise<number | undefined> {
    while (nowMs() - atMs < READY_BOUND_MS && !this.#signal.aborted) {
      if (unit.process.id?.pid !== supervisor.pid || unit.process.frozen) return undefined
      const now = serving(supervisor.pid)
      now.delete(killedPid)
      if (now.size >= wanted) return nowMs() - atMs
      await delay(15)
    }
    return undefined
  }

  #freeze(unit: Unit, id: ProcessId, lastsMs: number): Blow {
    const blow = this.#send(unit.process.name, [id], 'SIGSTOP')
    unit.process.frozen = true
    const undo = this.#thaw(id, lastsMs).then(() => {
      if (unit.process.id?.pid === id.pid) unit.process.frozen = false
    })
    return { ...blow, undo }
  }

  async #thaw(id: ProcessId, lastsMs: number): Promise<void> {
    await delay(lastsMs, undefined, { signal: this.#signal }).catch(() => undefined)
    signalProcess(id, 'SIGCONT')
  }

  #killRedis(): Blow {
    const atMs = nowMs()
    const pid = this.#redis.id?.pid
    const undo = this.#redis.kill().then(() => this.#redis.start())
    return { unit: 'redis', pids: pid === undefined ? [] : [pid], atMs, undo }
  }

  #freezeRedis(lastsMs: number): Blow {
    const { id } = this.#redis
    if (id === undefined) return { unit: 'redis', pids: [], atMs: nowMs() }
    return { ...this.#send('redis', [id], 'SIGSTOP'), undo: this.#thaw(id, lastsMs) }
  }

  #aim(atGuest: boolean, aim: number): Unit | undefined {
    if (atGuest) return this.#fleet.guest?.process.id === undefined ? undefined : this.#fleet.guest
    return choose(
      this.#fleet.units.filter(({ process: { id, frozen } }) => id !== undefined && !frozen && isAlive(id)),
      aim,
    )
  }

  async #await<T>(find: () => T | undefined): Promise<T | undefined> {
    const deadline = nowMs() + AIM_BOUND_MS
    for (;;) {
      const found = find()
      if (found !== undefined || nowMs() > deadline || this.#signal.aborted) return found
      await delay(5)
    }
  }
}

function choose<T>(items: readonly T[], aim: number): T | undefined {
  return items[Math.floor(aim * items.length)]
}

/** The executors of a supervisor that are ready for jobs, or run one; spares wait behind these. */
function serving(supervisorPid: number): Set<number> {
  const children = childrenOf(supervisorPid).map(({ pid }) => pid)
  return new Set(children.filter((pid) => /^rqd: executor (?!spare )\S+ (idle|running)/.test(titleOf(pid))))
}
