import type { BenchOptions } from './options.js'
import type { ScenarioResult } from './result.js'
import type { Side } from './side.js'

/** What a scenario is given. */
export interface Context {
  readonly options: BenchOptions
  /** The sides that are wanted. */
  readonly sides: readonly Side[]
  /** Tell where we are: shown until the next one. */
  readonly say: (text: string) => void
  /** The best width of a side, measured once a run. */
  readonly bestWidth: (side: Side) => Promise<number>
}

export interface Scenario {
  readonly name: string
  /** One line for the help. */
  readonly title: string
  readonly run: (context: Context) => Promise<ScenarioResult>
}
