/** The parts that views are made of. */

export { default as DataTable } from "./DataTable.svelte";
export { default as Dialog } from "./Dialog.svelte";
export { default as Empty } from "./Empty.svelte";
export { default as ErrorBox } from "./ErrorBox.svelte";
export { default as Figure } from "./Figure.svelte";
export { default as Loaded } from "./Loaded.svelte";
export { default as Loading } from "./Loading.svelte";
export { default as Marking } from "./Marking.svelte";
export { default as Panel } from "./Panel.svelte";
export { default as Quantity } from "./Quantity.svelte";
export { default as Tag } from "./Tag.svelte";
export { default as Time } from "./Time.svelte";
