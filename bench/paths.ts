import { join } from 'node:path'
import { compiledRoot, projectRoot } from '../test/helpers/paths.js'

export const benchFolder = join(projectRoot, 'bench')
export const tasksFolder = join(benchFolder, 'tasks')
export const resultsFolder = join(benchFolder, 'results')
export const compiled = (path: string): string => join(compiledRoot, path)
export const peerFile = (name: string): string => join(benchFolder, 'peers', name)
