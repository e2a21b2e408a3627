/** Base of the small value classes: what can be told of each is its Python type and a text form. */
export abstract class PythonValue {
  /** Dotted name of the Python type, without `builtins.`. */
  abstract readonly pythonType: string

  /** As Python prints it, or nearly so. */
  abstract toString(): string
}
