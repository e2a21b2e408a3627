import type { Command } from 'commander'
import type { OpenRpc } from '../../control/openrpc.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { type Column, renderTable } from '../output.js'

export function addDiscover(program: Command, run: Run): void {
  program
    .command('discover')
    .summary('list the methods of the control socket')
    .description('List the methods of the control socket. With --json: its OpenRPC document.')
    .action(
      run(async (context) => {
        const document = await context.withDaemon((client) => client.call('rpc.discover', {}))
        context.answer(document, () => describeMethods(document as unknown as OpenRpc, context))
        return exitCodes.ok
      }),
    )
}

const columns: Column[] = [{ title: 'METHOD' }, { title: 'CHANGES' }, { title: 'SUMMARY', shrinks: true }]

function describeMethods({ info, methods }: OpenRpc, context: Context): string {
  const rows = methods.map(({ name, params, summary, ...method }) => [
    `${name}(${params.map((param) => (param.required ? param.name : `${param.name}?`)).join(', ')})`,
    method['x-changes'] ? 'yes' : '',
    summary,
  ])
  return `${info.title}, version ${info.version}\n\n${renderTable(columns, rows, context)}`
}
