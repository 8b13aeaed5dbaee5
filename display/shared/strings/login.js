// Strings of the sign-in page's one-time codes, and of its passphrase; both languages stand on it. One entry a key: [中文, English].
export const login = {
  "login.show": ["显示口令", "Show"],
  "login.hide": ["隐藏口令", "Hide"],
  "login.ticket.doing": ["正在登录…", "Signing in…"],
  "login.ticket.used": ["这个二维码已经用过了。请主持人在控制台「登录」面板里换一个新码；有口令也可以在下面登录。", "This code has been used. Ask the host for another one (console, panel Sign-ins), or sign in with a passphrase."],
  "login.ticket.expired": ["这个二维码已经过期。请主持人换一个新码；有口令也可以在下面登录。", "This code has expired. Ask the host for another one, or sign in with a passphrase."],
  "login.ticket.unknown": ["这个二维码无效，可能是上一场比赛的。请主持人换一个新码；有口令也可以在下面登录。", "This code is not valid; it may be of another contest. Ask the host for another one, or sign in with a passphrase."],
  "login.ticket.number": ["这个二维码的号在本场比赛里没有。请主持人换一个新码。", "The number of this code is not in this contest. Ask the host for another one."],
  "login.ticket.busy": ["试得太多，请等 {seconds} 秒再试。二维码还没有用掉。", "Too many attempts: wait {seconds} s and try again. The code is not used up."],
  "login.ticket.unreached": ["连不上服务器。请确认这台设备在比赛的无线网里，再试一次；二维码还没有用掉。", "The server cannot be reached. Check that this device is on the show's Wi-Fi and try again."],
};
