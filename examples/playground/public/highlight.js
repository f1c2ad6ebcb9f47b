/** What is shown in a class: comments, strings, keywords, numbers, names. */
export const TOKENS =
  /(?<comment>\/\/.*|\/\*[^]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\^(?:[^/\n\\]|\\.)+\/\w*)|(?<keyword>(?<![.\w])(?:as|async|await|break|case|catch|class|const|continue|default|else|export|extends|finally|for|from|function|get|if|import|in|instanceof|interface|let|new|of|readonly|return|static|throw|try|type|typeof|using|void|while|yield|null|undefined|true|false|this)\b(?!:))|(?<number>\b\d[\d_.]*\b)|(?<name>\b[A-Z]\w*|\b\w+(?=\())/g;

/** Shows TypeScript in an element, its words in classes. */
export function highlight(element, text) {
  element.textContent = "";
  let end = 0;
  for (const { index, 0: word, groups } of text.matchAll(TOKENS)) {
    element.append(text.slice(end, index));
    const span = document.createElement("span");
    span.className = Object.entries(groups).find(([, value]) => value !== undefined)[0];
    span.textContent = word;
    element.append(span);
    end = index + word.length;
  }
  element.append(text.slice(end));
}
