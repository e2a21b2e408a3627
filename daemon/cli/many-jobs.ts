import type { Command } from 'commander'
import type { Refusal } from '../data/params.js'
import type { DataCaller } from '../data/caller.js'
import type { Context, Run } from './context.js'
import { exitCodes } from './exit-codes.js'
import { type Words, inParts } from './in-parts.js'
import { printable } from './output.js'

/** Something that is done to jobs by id, each for itself. */
export interface Deed {
  readonly words: Words
  /** Name of the list of ids in the document. */
  readonly list: string
  /** Do it to some of them. `count`: more than the ids, where dependents are done along. */
  readonly call: (
    data: DataCaller,
    ids: string[],
    command: Command,
  ) => Promise<{ done: string[]; failures: Refusal[]; count?: number }>
  readonly describe: (count: number) => string
}

/** The action of a command that does something to jobs: exit code 1 if any refuses; each of those is named. */
export function actOnJobs(run: Run, deed: Deed): (...given: unknown[]) => Promise<void> {
  return run(async (context, command) => {
    const done: string[] = []
    const failures: Refusal[] = []
    let count = 0
    await context.withData((data) =>
      inParts([...new Set(command.args)], deed.words, context, async (ids) => {
        const reply = await deed.call(data, ids, command)
        done.push(...reply.done)
        failures.push(...reply.failures)
        count += reply.count ?? reply.done.length
        return reply.done.length
      }),
    )
    context.answer({ [deed.list]: done, failures }, () => `${deed.describe(count)}\n`)
    return remarkOn(failures, context)
  })
}

function remarkOn(failures: readonly Refusal[], context: Context): number {
  for (const { message } of failures) context.remark(`rqctl: ${printable(message)}`)
  return failures.length === 0 ? exitCodes.ok : exitCodes.failed
}
