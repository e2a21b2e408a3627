/** Which line of a traceback names the error: that of Python comes last, that of JavaScript first. */

/** The line, without the blanks around it; undefined for an empty text. */
export function errorLine(traceback: string): string | undefined {
  const lines = traceback.split('\n').filter((line) => line.trim() !== '')
  const isPython = traceback.startsWith('Traceback')
  return isPython ? lines.findLast((line) => !line.startsWith(' ')) : lines[0]
}
