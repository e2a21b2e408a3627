import type * as zod from 'zod'
import { requirePackage } from '../../src/require.js'
import { sendKillHorseCommand, sendShutdownCommand } from '../../src/fleet/worker-command.js'
import { dataMethod } from './method.js'
import { MOST_IDS } from './params.js'

const { z } = requirePackage('zod') as typeof zod

const commands = ['shutdown', 'kill-horse'] as const

const result: zod.ZodType<{ command: (typeof commands)[number]; heard: string[]; deaf: string[] }> = z.looseObject({
  command: z.enum(commands),
  heard: z.array(z.string()),
  deaf: z.array(z.string()).describe('Workers that do not listen: commands are not stored'),
})

export const send = dataMethod({
  summary: "Tell workers, ours or Python's, to end after their job, or to kill it.",
  changes: true,
  params: z.strictObject({
    command: z.enum(commands).describe('`shutdown` or `kill-horse`'),
    workers: z.array(z.string().min(1)).min(1).max(MOST_IDS).describe('Names of workers'),
  }),
  result,
  run: async ({ store: { redis, keys } }, { command, workers }) => {
    const sendTo = command === 'shutdown' ? sendShutdownCommand : sendKillHorseCommand
    const heard: string[] = []
    const deaf: string[] = []
    for (const worker of new Set(workers)) {
      const isHeard = await sendTo(worker, { connection: redis, prefix: keys.prefix })
      const list = isHeard ? heard : deaf
      list.push(worker)
    }
    return { command, heard, deaf }
  },
})
