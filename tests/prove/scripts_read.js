// Reads a page in which payloads may stand: what is there that no page of the house has (found), and
// every text and attribute with a payload's mark in it (texts).
() => {
  const found = [], texts = [], mark = /zq\d/;
  const never = new Set(["IFRAME", "FRAME", "FRAMESET", "OBJECT", "EMBED", "APPLET", "BASE", "MARQUEE",
    "MATH", "MGLYPH", "XMP", "PLAINTEXT", "PORTAL", "FENCEDFRAME", "XSS", "STYLE", "FOREIGNOBJECT",
    "ANIMATE", "SET", "IMAGE", "VIDEO", "AUDIO", "AREA", "IMG", "PICTURE"]);
  const leads = new Set(["href", "src", "srcset", "action", "formaction", "data", "poster", "ping",
    "background", "xlink:href", "hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "data-stream",
    "data-href"]);
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const tag = element.tagName.toUpperCase();
      const photo = tag === "IMG" && /^\/lost\/[0-9a-f-]{36}\/photo$/.test(element.getAttribute("src") ?? "");
      if (never.has(tag) && !photo || mark.test(tag)) found.push("element " + tag);
      if (tag === "SCRIPT" && !(element.getAttribute("src") ?? "").startsWith("/static/")) found.push("a script");
      if (tag === "META" && element.httpEquiv) found.push("meta " + element.httpEquiv);
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name) || /hx-on/i.test(name) || name === "style" || name === "srcdoc" || mark.test(name))
          found.push(tag + " has " + name);
        if (mark.test(value)) {
          texts.push(value);
          // A name of ours in front ("room-…") takes no name of the page away.
          const taken = ["id", "name", "class", "for"].includes(name) && !/^([a-z]+-)+/.test(value);
          if (taken || /^(data-)?hx-(?!vals)/.test(name) && !leads.has(name)) found.push(tag + " " + name + "=" + value);
        }
        if (leads.has(name) && value) {
          const leadsTo = new URL(value, "http://house.example");
          if (!["http:", "tel:", "mailto:"].includes(leadsTo.protocol)) found.push(name + "=" + value);
          if (leadsTo.protocol === "http:" && leadsTo.host !== "house.example") found.push(name + "=" + value);
          if (mark.test(decodeURIComponent(leadsTo.pathname)) && leadsTo.protocol === "http:") found.push(name + "=" + value);
        }
      }
      if (tag === "TEXTAREA") texts.push(element.value, element.defaultValue);
      if (tag === "TEMPLATE") look(element.content);
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!mark.test(node.data)) continue;
      if (node.nodeType === Node.COMMENT_NODE) found.push("a comment");
      else texts.push(node.data);
    }
  };
  look(document);
  if (window.__ran) found.push("ran " + window.__ran);
  for (const each of window.__violations ?? []) found.push("violation " + each);
  window.__violations = [];
  // A token of the forms is made by chance, and may hold a mark by chance.
  const token = /^[\w-]{60,}$/;
  return { found, texts: texts.filter((each) => mark.test(each) && !token.test(each)) };
}
