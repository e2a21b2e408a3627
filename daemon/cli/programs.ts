import type { Command } from 'commander'
import type { RqctlIo } from './context.js'

/** The command line of a program of ours with all its commands, to be read by what describes it. */
export async function programOf(name: string, io: RqctlIo): Promise<Command> {
  if (name === 'rqd') return (await import('./rqd.js')).program({ ...io, env: { ...io.env } })
  const { buildProgram } = await import('./rqctl.js')
  return buildProgram(io, () => () => Promise.resolve(), undefined)
}
