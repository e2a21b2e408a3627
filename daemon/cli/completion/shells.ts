import { bashCompletion } from './bash.js'
import { fishCompletion } from './fish.js'
import { zshCompletion } from './zsh.js'

/** Makers of completion scripts by shell. */
export const completions = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const
