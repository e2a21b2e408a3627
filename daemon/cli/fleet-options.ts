/** The options of commands that go to many daemons, through Redis. */
import type * as commander from 'commander'
import { requirePackage } from '../../src/require.js'
import { collect, readSeconds } from './options.js'

const { Option } = requirePackage('commander') as typeof commander

const ANSWER_SEC = 60

/** `--everywhere`. */
export function everywhereOption(): commander.Option {
  return new Option('--everywhere', 'all rqd daemons of this Redis, through Redis; a line each as they answer')
}

/** `--daemon NAME`, repeatable. */
export function daemonOption(): commander.Option {
  return new Option('--daemon <name>', 'only this one of them, by name or id; repeatable').argParser(collect)
}

/** `--timeout`, for commands that have none of their own. */
export function answerTimeoutOption(): commander.Option {
  return new Option(
    '--timeout <span>',
    `with --everywhere: how long an answer is waited for (default: ${ANSWER_SEC} s)`,
  ).argParser(readSeconds('--timeout'))
}

/** Which daemons are meant: undefined, the one on the socket; an empty list, all. */
export function wantedDaemons(command: commander.Command): readonly string[] | undefined {
  const { everywhere = false, daemon } = command.opts<{ everywhere?: true; daemon?: string[] }>()
  return everywhere ? (daemon ?? []) : daemon
}

/** How long to wait for answers, milliseconds; Infinity for ever. */
export function answerTimeoutMs(command: commander.Command): number {
  return (command.opts<{ timeout?: number }>().timeout ?? ANSWER_SEC) * 1_000
}
