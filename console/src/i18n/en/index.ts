/** Every file of this language, by its name. */

const files = import.meta.glob<Record<string, string>>("./*.json", { eager: true, import: "default" });

export default Object.fromEntries(Object.entries(files).map(([path, words]) => [path.slice(2, -5), words]));
