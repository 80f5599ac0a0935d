package text

// smallWords are the commonest words of languages that share a script with
// others, and the letters that few of those others have. English is first.
var smallWords = []struct {
	tag     string
	script  script
	words   string
	letters string
}{
	{"en", scriptLatin, `the a of and to in is that i do so me my we if just like under till man come per also most would back down never first last year still here there only every while because get makes too these those for it with as was on be at by this have from or had not are but what all were when we there can
		an your which their said if will each about how up out them then she many some so these would other into has more two could
		no than been who its now over after before new says his her he they says amid against as off why`, ""},
	{"de", scriptLatin, `der die das und ist nicht mit von zu den ein eine im für auf dem sich des auch als an nach wird bei einer um aus sind noch wie
		einem über hat oder aber vor zur bis mehr durch man sein wurde sie er es wir gegen vom zum keine kein will nur wenn haben war
		einen werden wurden kann dass unter zwischen seit beim soll`, "äöüß"},
	{"fr", scriptLatin, `le la les et des de du un une est dans en pour que qui sur par au aux avec plus ce il elle pas son ses sont ont cette mais comme
		ou leur entre après sans été fait contre nous vous selon très où être deux ces l'on d'un d'une gouvernement président nouveau nouvelle millions c'est qu'il sa à l d qu n c j`, "éèêàçùîôûœ"},
	{"es", scriptLatin, `el la los las de del en a y que un una es por con para se su al como más pero no lo sus fue entre sobre este ha sin ya está
		también desde todo hay años ee uu eeuu gobierno presidente nuevo nueva según muy contra tras cuando era han son dos hasta ante e esta hoy`, "ñáéíóú¿¡"},
	{"pt", scriptLatin, `o a os as de do da dos das em no na nos nas um uma que e é para com por mais não se ao ou como foi seu sua são pelo pela
		entre sobre após ser já também até contra diz está há mas isso ele ela quando muito governo presidente novo nova anos milhões`, "ãõçáéíóúâêô"},
	{"it", scriptLatin, `il lo la i gli le di del della dei delle dello a al alla da dal dalla in nel nella con su per che e è un una non si sono
		come più ma anche ha questo dopo tra fra contro stato essere ai alle degli nei sul sulla dopo chi perché cosa governo presidente nuovo nuova anni italia milioni l d dell all nell dall sull un`, "àèéìòù"},
	{"nl", scriptLatin, `de het een en van in is dat op te voor met niet zijn aan er om ook als dan maar bij uit nog wordt naar door heeft over tot
		je ze hij die deze wel kan geen worden meer na tegen werd hebben`, "ë"},
	{"sv", scriptLatin, `och att det i en på är som för av med den till inte har de ett om var jag från men han kan så vid ska efter hon nu
		under mot sig blir eller även mellan sin`, "åäö"},
	{"da", scriptLatin, `og at det i en på er som for af med den til ikke har de et om var jeg fra men han kan så ved skal efter hun nu under mod
		sig bliver eller også mellem der vil være`, "åæø"},
	{"no", scriptLatin, `og at det i en på er som for av med den til ikke har de et om var jeg fra men han kan så ved skal etter hun nå under mot
		seg blir eller også mellom der vil være ble`, "åæø"},
	{"fi", scriptLatin, `ja on ei se että oli hän mutta ovat kun myös niin mukaan vuoden joka kuin jo sen tai olla sekä mitä vielä jos vain ollut
		nyt ennen jälkeen kanssa yli noin`, "äö"},
	{"pl", scriptLatin, `i w na z do nie się że to jest o jak ale po co za od przez dla są tym tego będzie był oraz przed już czy jego ma być
		także które który ze przy roku`, "ąęłńśźż"},
	{"cs", scriptLatin, `a v na se je že to s z do i o pro ve za by ale po jako jsou byl jeho od má také už při nebo podle které který bude
		kde proti před vláda rok roku korun`, "ěščřžýůďáíé"},
	{"sk", scriptLatin, `a v na sa je že to s z do i o pre vo za by ale po ako sú bol jeho od má tiež už pri alebo podľa ktoré ktorý bude kde
		proti pred`, "ľĺŕôäčšžťďáíéý"},
	{"hu", scriptLatin, `a az és hogy nem is egy meg van volt de csak el már még mint ez ha szerint után lesz között azt kell pedig
		ami minden ezt által`, "őűáéö"},
	{"ro", scriptLatin, `și în de la cu a pe din să nu un o este că pentru mai au fost sau prin după ce lui ale dar sunt a al va fi despre
		către între`, "ăâîșțşţ"},
	{"tr", scriptLatin, `ve bir bu da de için ile çok daha olarak olan ne gibi kadar sonra ama o en var ya mı mi değil her yeni göre oldu eski
		ancak türkiye`, "ğışçöü"},
	{"id", scriptLatin, `yang dan di ini itu dengan untuk dari dalam tidak akan pada juga ke karena tersebut bisa ada mereka lebih oleh saat kata
		telah sudah para dia menjadi atau seperti`, ""},
	{"ms", scriptLatin, `yang dan di ini itu dengan untuk dari dalam tidak akan pada juga ke kerana tersebut boleh ada mereka lebih oleh ketika
		berkata telah sudah beliau menjadi atau seperti bagi ialah`, ""},
	{"vi", scriptLatin, `và của là có không cho được trong một các đã với người này đến về từ những khi tại sẽ như ra nhưng đó năm
		ông theo bị`, "ơưđạảấầậắằặẹẻếềểệịỉọỏốồộớờợụủứừựỳỵ"},
	{"hr", scriptLatin, `i u je na se da su za od s a o ne će što bi kako iz koji koja koje nije ali ili po do kao to nakon prema samo već biti
		godine protiv`, "čćšžđ"},
	{"sl", scriptLatin, `in je v na se da so za z s pa ki bi ne kot tudi po pri od do ni bo ali lahko še iz več bil leta`, "čšž"},
	{"sq", scriptLatin, `dhe në të e i me për një nga që është si nuk më se u ka por janë ishte do pas kjo ky`, "ë"},
	{"et", scriptLatin, `ja on ei et see oma ka kui mis ning aga oli või eesti pole välja kes veel üle pärast`, "õäöü"},
	{"lv", scriptLatin, `un ir ka no ar par uz kas lai arī tika bet tas pēc vai kā gada būs savu`, "āēīūšžčģķļņ"},
	{"lt", scriptLatin, `ir kad yra į su iš tai kaip buvo bet po apie dėl už ne bus metų lietuvos`, "ąčęėįšųūž"},
	{"ca", scriptLatin, `el la els les de del dels i que en un una és per amb no a al com més però ha ser seu va són fins també aquest aquesta
		dels des l d`, "àèéíòóúïç"},
	{"tl", scriptLatin, `ang ng sa na ay at mga ni si kay hindi ito para may naman siya nila kanyang ayon dahil`, ""},
	{"sw", scriptLatin, `na ya wa kwa ni katika la za kuwa hiyo huyo cha yake baada alisema kwamba hii lakini pia`, ""},
	{"ru", scriptCyrillic, `и в не на что с по как это он она они из за от к у для о его же но все был было до если при также году после
		будет россии сша правительство год президент уже или которые ещё`, "ыэёъ"},
	{"uk", scriptCyrillic, `і в не на що з по як це він вона вони із за від до у для про його але всі був було якщо при також році після буде
		та україни й або які ще`, "іїєґ"},
	{"bg", scriptCyrillic, `и в не на че с по как това той тя те от за до у се са да ще или но е през след като също при има беше година българия прие правителството`, "ъ"},
	{"sr", scriptCyrillic, `и у је на се да су за од са а о не ће што би како из који која које није али или по до као то након`, "ђјљњћџ"},
	{"mk", scriptCyrillic, `и во не на што со по како ова тој таа тие од за до се да ќе или но е ја го ги сите`, "ѓќѕјљњџ"},
	{"be", scriptCyrillic, `і ў не на што з па як гэта ён яна яны за ад да у для пра яго але быў таксама пасля`, "ўіы"},
	{"kk", scriptCyrillic, `және мен бұл үшін деп бір да де еді болып қазақстан туралы кейін`, "әғқңөұүһі"},
	{"ar", scriptArabic, `في من على الي ان عن مع التي الذي هذا هذه ما لا قال كان بين بعد قد كما او ثم لم حول خلال`, "ةىأإ"},
	{"fa", scriptArabic, `و در به از كه اين را با است براي آن يك اين خود تا بر هم نيز شده كرد ايران بود مي`, "پچژگ"},
	{"ur", scriptArabic, `کے كے كي كا ميں سے اور كو نے هے ہے كه کہ پر اس نہيں بهي كر`, "ٹڈڑںےہ"},
	{"hi", scriptDevanagari, `के में की है का से और को पर ने हैं कि यह एक भी नहीं लिए इस हो गया कर`, ""},
	{"mr", scriptDevanagari, `आहे आणि या च्या हे ते की होते मध्ये असून नाही केली करण्यात`, "ळ"},
	{"ne", scriptDevanagari, `छ र को का मा ले भएको पनि हो गरेको छन् भने नेपाल`, ""},
}
