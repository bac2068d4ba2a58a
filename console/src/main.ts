/** Where the console begins: the look that was chosen, the words of the language, then the page. */

import { mount } from "svelte";
import App from "./App.svelte";
import { speak } from "$lib/i18n.svelte";
import { app, applyTheme } from "$lib/state.svelte";
import "./tokens.css";
import "./base.css";

applyTheme();
matchMedia("(prefers-color-scheme: light)").addEventListener("change", applyTheme);
await speak(app.lang);

export default mount(App, { target: document.getElementById("app")! });
