/** Performing random programs of which Python RQ 1.13 does some steps. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { pythonPath } from '../python.js'
import type { JobSpec } from './enqueue.js'
import { Performer, type JobStep } from './perform.js'
import * as rq113 from './rq113.js'
import { same, type World } from './world.js'

const program = `
import json, sys
from redis import Redis
from rq import Queue
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Dependency, Job
from rq.serializers import JSONSerializer
options = {'connection': Redis(unix_socket_path=sys.argv[1]), 'serializer': JSONSerializer}

def enqueue(id, queue, parents, allow_failure, parents_at_front, **more):
    if parents:
        more['depends_on'] = Dependency(parents, allow_failure=allow_failure, enqueue_at_front=parents_at_front)
    Queue(queue, **options).enqueue('tasks.add', 1, job_id=id, **more)

def act(id, action, **more):
    getattr(Job.fetch(id, **options), action)(**more)

for line in sys.stdin:
    name, arguments = json.loads(line)
    reply = 'done'
    try:
        {'enqueue': enqueue, 'act': act}[name](**arguments)
    except InvalidJobOperation:
        reply = 'refused'
    except NoSuchJobError:
        reply = 'missing'
    print(reply, flush=True)
`

/** A long-lived Python that does one thing after another. */
export class PythonRq {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  #said = ''

  constructor(socket: string) {
    this.#child = spawn(pythonPath, ['-c', program, socket])
    this.#child.stderr.on('data', (text: Buffer) => (this.#said += text.toString()))
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** @returns done, refused or missing */
  async do(name: 'enqueue' | 'act', keywords: Readonly<Record<string, unknown>>): Promise<string> {
    this.#child.stdin.write(`${JSON.stringify([name, keywords])}\n`)
    const line = await this.#lines.next()
    if (line.done === true) throw new Error(`Python ended: ${this.#said}`)
    return line.value
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.stdin.end()
    await closed
  }
}

export class MixedPerformer extends Performer {
  readonly #python: PythonRq
  /** Whose turn it is, where both can do a step. */
  isPythons = false
  /** Steps that Python has done. */
  done = 0

  constructor(world: World, python: PythonRq) {
    super(world)
    this.#python = python
  }

  protected override async put(jobId: string, spec: JobSpec): Promise<void> {
    const { state } = this.world
    if (!this.isPythons || state.jobs.has(jobId)) return super.put(jobId, spec)
    const { delaySec: _, group: __, retry: ___, repeat: ____, ...plain } = spec
    const { queue, parents, ttlSec, resultTtlSec, failureTtlSec } = plain
    const { atFront = false, allowFailure = false, parentsAtFront = false } = plain
    const keywords = {
      id: jobId,
      queue,
      parents,
      allow_failure: allowFailure,
      parents_at_front: parentsAtFront,
      at_front: atFront && parents.length === 0,
      ttl: ttlSec,
      result_ttl: resultTtlSec,
      failure_ttl: failureTtlSec,
    }
    const now = await this.world.during(async () => same('enqueue', await this.#python.do('enqueue', keywords), 'done'))
    rq113.enqueue(state, jobId, { ...plain, atFront: keywords.at_front }, now)
    this.done += 1
  }

  protected override async actOn(jobId: string, step: JobStep): Promise<void> {
    const { state } = this.world
    const isHeld = state.held.some((held) => held.jobId === jobId)
    const deletesMore = step.do === 'delete' && step.deleteDependents
    const differs = step.do === 'cancel' && step.enqueueDependents && !rq113.releasesAlike(state, jobId)
    if (!this.isPythons || isHeld || deletesMore || differs) return super.actOn(jobId, step)
    let reply = ''
    const now = await this.world.during(async () => {
      reply = await this.#python.do('act', { id: jobId, action: step.do, ...keywordsOf(step) })
    })
    same(step.do, reply, this.#model(jobId, step, now))
    this.done += 1
  }

  #model(jobId: string, step: JobStep, now: { lo: number; hi: number }): string {
    const { state } = this.world
    switch (step.do) {
      case 'cancel':
        return rq113.cancel(state, jobId, step.enqueueDependents, now)
      case 'delete':
        return rq113.deleteJob(state, jobId)
      case 'requeue':
        return rq113.requeue(state, jobId, step.atFront, now)
    }
  }
}

function keywordsOf(step: JobStep): Record<string, boolean> {
  if (step.do === 'cancel') return { enqueue_dependents: step.enqueueDependents }
  return step.do === 'requeue' ? { at_front: step.atFront } : {}
}
