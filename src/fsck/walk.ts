import { MemoryBill } from './memory.js'
import type { FsckProgress } from './report.js'
import type { QueuePart, Step, Stretch } from './step.js'
import { suspect, type Suspect } from './suspect.js'

/** What a walk gave: all that looks wrong, and what there is. */
export interface Walked {
  readonly suspects: Suspect[]
  readonly bill: MemoryBill
  readonly entries: number
}

/** Parts that are there once, whatever names are found. */
const always: readonly Omit<Stretch, 'cursor'>[] = [
  { part: 'queues', queue: '' },
  { part: 'workers', queue: '' },
  { part: 'daemons', queue: '' },
  { part: 'outbox', queue: '' },
]

/**
 * Go once through all keys by their names, all lists and registries, and all jobs, stretch by stretch. Of lists, every
 * id is remembered, as only who has seen all of them can say that a job is on none.
 */
export async function walk(
  read: (stretch: Stretch) => Promise<Step>,
  onProgress: (progress: FsckProgress) => void,
): Promise<Walked> {
  const suspects: Suspect[] = []
  const bill = new MemoryBill()
  const parts = new Map<string, QueuePart>()
  const listedOn = new Map<string, Listing>()
  let entries = 0

  const through = async (
    part: Omit<Stretch, 'cursor'>,
    stage: FsckProgress['stage'],
    take: (step: Step) => void,
  ): Promise<void> => {
    let cursor = ''
    let done = 0
    do {
      const step = await read({ ...part, cursor })
      suspects.push(...step.suspects)
      take(step)
      cursor = step.cursor
      done += step.looked
      onProgress({ stage, done: cursor === '' ? step.total : Math.min(done, step.total), total: step.total })
    } while (cursor !== '')
  }

  await through({ part: 'names', queue: '' }, 'keys', (step) => {
    for (const part of step.parts) parts.set(`${part.part} ${part.queue}`, part)
  })
  for (const part of [...always, ...parts.values()]) {
    await through(part, 'entries', (step) => {
      entries += step.looked
      for (const id of step.ids) suspects.push(...listedAgain(listedOn, id, { queue: part.queue, key: step.list }))
    })
  }
  await through({ part: 'jobs', queue: '' }, 'jobs', (step) => {
    bill.add(step.counts, step.samples)
    for (const { id, queue, key } of step.waiting) {
      if (listedOn.has(id)) continue
      suspects.push(suspect({ kind: 'queued-nowhere', key, id, queue, found: 'queued, on no list' }))
    }
  })
  return { suspects: withoutRepeats(suspects), bill, entries }
}

/** A list on which an id was seen. */
interface Listing {
  readonly queue: string
  readonly key: string
}

// Remember that an id is on a list; what looks wrong if it was known already.
function listedAgain(listedOn: Map<string, Listing>, id: string, here: Listing): Suspect[] {
  const before = listedOn.get(id)
  if (before === undefined) {
    listedOn.set(id, here)
    return []
  }
  if (before.key === here.key) {
    return [suspect({ ...here, kind: 'listed-twice', id, found: 'more than once on its list' })]
  }
  // The one that is not its own is to go: which of them that is, the job's hash says.
  return [
    suspect({ ...here, kind: 'listed-elsewhere', id, found: `also on the list of ${before.queue}` }),
    suspect({ ...before, kind: 'listed-elsewhere', id, found: `also on the list of ${here.queue}` }),
  ]
}

// A key may come twice in a scan, and a list is read twice in part when it grows.
function withoutRepeats(suspects: readonly Suspect[]): Suspect[] {
  const seen = new Map<string, Suspect>()
  for (const each of suspects) {
    const name = JSON.stringify([each.kind, each.key, each.id, each.queue, each.entry, each.place])
    if (!seen.has(name)) seen.set(name, each)
  }
  return [...seen.values()]
}
