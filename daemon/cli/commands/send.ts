import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { printable } from '../output.js'

export function addSend(program: Command, run: Run): void {
  const send = program
    .command('send')
    .summary('tell workers to shut down or to kill their job')
    .description('Tell workers, ours or those of Python RQ, what RQ can tell them. "rqctl workers" lists their names.')
  addTold(send, run, {
    name: 'shutdown',
    summary: 'end when the running job has ended; one of our executors stands for its daemon',
    verb: 'shut down',
  })
  addTold(send, run, {
    name: 'kill-horse',
    summary: 'kill the process that runs the job: it fails, or is tried again',
    verb: 'kill its job',
  })
}

function addTold(
  parent: Command,
  run: Run,
  { name, summary, verb }: { name: 'shutdown' | 'kill-horse'; summary: string; verb: string },
): void {
  parent
    .command(name)
    .summary(summary)
    .description(`Tell workers: ${summary}. Exit code 1 if one does not listen.`)
    .argument('<worker...>', 'names of workers')
    .action(
      run(async (context, command) => {
        const reply = await context.withData((data) => data.call('send', { command: name, workers: command.args }))
        const { heard, deaf } = reply
        context.answer(reply, () => heard.map((worker) => `Told ${printable(worker)} to ${verb}.\n`).join(''))
        for (const worker of deaf)
          context.remark(`rqctl: no worker ${printable(worker)} listens; "rqctl workers" lists those that live`)
        return deaf.length === 0 ? exitCodes.ok : exitCodes.failed
      }),
    )
}
