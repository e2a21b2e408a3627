import { setTimeout as delay } from 'node:timers/promises'
import { SeededRandom } from '../random.js'
import { FuzzCaller, newTally } from './caller.js'
import type { FuzzedDaemon } from './daemon.js'
import { FrameMaker, type FrameKind, frameKinds } from './frames.js'

/** What a run is told. */
export interface FuzzPlan {
  readonly frames: number
  readonly seed: string
  /** Connections at a time. */
  readonly connections: number
  readonly methods: readonly string[]
}

/** What came of it. `faults`: replies by code and name. */
export interface FuzzReport {
  readonly seed: string
  readonly frames: number
  readonly kinds: Readonly<Record<FrameKind, number>>
  readonly connections: number
  readonly replies: number
  readonly events: number
  readonly faults: Readonly<Record<string, number>>
  readonly rssMb: { readonly start: number; readonly most: number; readonly end: number }
  readonly descriptors: { readonly start: number; readonly end: number }
  readonly elapsedSec: number
  /** What is not as it should be; empty if all is well. */
  readonly wrong: readonly string[]
}

/** Frames that a connection sends before it leaves. */
const FRAMES_PER_CONNECTION = 2_000
/** Memory that a daemon may have gained when all is over: heaps grow to their working size first. */
const MAX_GAIN_MB = 150
const SETTLE_BOUND_MS = 20_000

/** Send frames to a daemon over many connections at a time. `tell` is called now and then with how many were sent. */
export async function fuzz(daemon: FuzzedDaemon, plan: FuzzPlan, tell: (sent: number) => void): Promise<FuzzReport> {
  const tally = newTally()
  const kinds = Object.fromEntries(frameKinds.map((kind) => [kind, 0])) as Record<FrameKind, number>
  const mb = (): number => Math.round(daemon.rss() / 1024 / 1024)
  const start = { rss: mb(), descriptors: daemon.descriptors(), ms: performance.now() }
  let most = start.rss
  let sent = 0
  let opened = 0
  const work = async (lane: number): Promise<void> => {
    const random = new SeededRandom(`${plan.seed} ${lane}`)
    const maker = new FrameMaker(random, plan.methods)
    const share = Math.floor(plan.frames / plan.connections) + (lane < plan.frames % plan.connections ? 1 : 0)
    for (let done = 0; done < share;) {
      if (daemon.ended() !== undefined) return
      const caller = await FuzzCaller.open(daemon.socket, tally)
      opened += 1
      const goal = Math.min(share, done + random.between(1, FRAMES_PER_CONNECTION))
      const lot = async (): Promise<void> => {
        for (const until = Math.min(goal, done + random.between(1, 200)); done < until; done++) {
          const { kind, bytes } = maker.next()
          kinds[kind] += 1
          sent += 1
          await caller.send(bytes)
        }
      }
      while (done < goal) {
        // Answers to so few frames fit into what is in between, whether anybody reads them or not.
        if (random.unit() < 0.1)
          await caller.deafly(async () => Promise.race([lot(), delay(200)]).then(() => undefined))
        else await lot()
        if (random.unit() < 0.2) await caller.sync(`sync ${lane} ${done}`)
        most = Math.max(most, mb())
        tell(sent)
      }
      const manner = random.unit()
      // In the middle of a line, in the middle of answers, or well.
      if (manner < 0.2) await caller.send(Buffer.from('{"jsonrpc":"2.0","id":1,"met'))
      if (manner < 0.5) await caller.leave(false)
      else await caller.leave(manner < 0.9)
    }
  }
  const failures = await Promise.all(
    Array.from({ length: plan.connections }, (_, lane) =>
      work(lane).then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    ),
  )
  const wrong = [...tally.wrong, ...failures.filter((each) => each !== undefined).map(String)]
  const end = daemon.ended()
  if (end !== undefined) wrong.push(`${end}: ${daemon.log().slice(-2_000)}`)
  else wrong.push(...(await aftermath(daemon, start)))
  const endMb = end === undefined ? mb() : 0
  if (endMb - start.rss > MAX_GAIN_MB)
    wrong.push(`its memory grew by ${endMb - start.rss} MB; expected ${MAX_GAIN_MB} at most`)
  return {
    seed: plan.seed,
    frames: sent,
    kinds,
    connections: opened,
    replies: tally.replies,
    events: tally.events,
    faults: Object.fromEntries([...tally.faults].sort(([a], [b]) => (a < b ? -1 : 1))),
    rssMb: { start: start.rss, most: Math.max(most, endMb), end: endMb },
    descriptors: { start: start.descriptors, end: end === undefined ? daemon.descriptors() : 0 },
    elapsedSec: Math.round((performance.now() - start.ms) / 100) / 10,
    wrong,
  }
}

/** @returns what is wrong with a daemon that nobody is connected to any more. */
async function aftermath(daemon: FuzzedDaemon, start: { descriptors: number }): Promise<string[]> {
  const caller = await FuzzCaller.open(daemon.socket, newTally())
  const answer = await caller.sync('last').then(
    () => [],
    (thrown: unknown) => [String(thrown)],
  )
  await caller.leave(false)
  // Connections of its own, to Redis, may have come.
  const sinceMs = performance.now()
  while (daemon.descriptors() > start.descriptors + 3) {
    await delay(50)
    if (performance.now() - sinceMs < SETTLE_BOUND_MS) continue
    return [...answer, `it holds ${daemon.descriptors()} descriptors; it held ${start.descriptors} before`]
  }
  return answer
}
